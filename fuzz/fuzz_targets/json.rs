//! `tianji_fuzz::json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::json::check(input));
