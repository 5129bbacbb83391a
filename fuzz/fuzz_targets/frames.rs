//! `tianji_fuzz::frames`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::frames::check(input));
