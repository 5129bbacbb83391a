//! `tianji_fuzz::requests`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::requests::check(input));
