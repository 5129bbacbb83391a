//! `tianji_fuzz::waits`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tianji_fuzz::waits::check(input));
