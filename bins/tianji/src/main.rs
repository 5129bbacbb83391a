//! The TianjiLLM gateway.
fn main() {}
