//! The provider catalogue: compatible rows and native folders.
