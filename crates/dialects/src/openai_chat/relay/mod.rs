//! Same dialect on both sides: bytes pass, only what must differ is edited in place.

mod chunk;
pub(crate) mod splice;
mod stream;
mod tidy;
mod whole;

pub(super) use stream::ChatRelay;
pub(super) use whole::response;
