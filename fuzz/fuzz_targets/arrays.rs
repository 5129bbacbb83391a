//! `tianji_fuzz::arrays`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::arrays::check(input));
