//! Embedded price catalogue, exact cost, token counting.
