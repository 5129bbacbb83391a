//! Typed management operations.
