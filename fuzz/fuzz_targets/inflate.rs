//! `tianji_fuzz::inflate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::inflate::check(input));
