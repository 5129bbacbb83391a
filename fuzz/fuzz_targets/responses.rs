//! `tianji_fuzz::responses`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::responses::check(input));
