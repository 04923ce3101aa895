//! The fuzzer's program for the target `one_shot`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mojo_audio_fuzz::one_shot::run(data));
