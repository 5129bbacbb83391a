//! `tianji_fuzz::streams`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::streams::check(input));
