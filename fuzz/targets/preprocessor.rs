//! The fuzzer's program for the target `preprocessor`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mojo_audio_fuzz::preprocessor::run(data));
