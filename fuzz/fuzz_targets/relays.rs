//! `tianji_fuzz::relays`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::relays::check(input));
