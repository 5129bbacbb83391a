//! Forms, which only the gateway itself can read.
#![no_main]

#[path = "../src/forms.rs"]
mod forms;

libfuzzer_sys::fuzz_target!(|input: &[u8]| forms::check(input));
