//! The fuzzer's program for the target `stream`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mojo_audio_fuzz::stream::run(data));
