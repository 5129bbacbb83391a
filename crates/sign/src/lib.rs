//! Signatures over requests, without IO and without a clock: the time of signing is an argument.
//!
//! * [`sigv4`]: AWS Signature Version 4.

mod hmac;
pub mod sigv4;
