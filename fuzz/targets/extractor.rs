//! The fuzzer's program for the target `extractor`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mojo_audio_fuzz::extractor::run(data));
