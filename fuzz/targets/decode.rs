//! The fuzzer's program for the target `decode`.
#![no_main]

use mojo_audio_fuzz::decode;

libfuzzer_sys::fuzz_target!(init: decode::forgive_decoders(), |data: &[u8]| decode::run(data));
