//! Virtual keys: make, see, change, block, delete.

mod block;
mod delete;
mod fields;
mod generate;
mod info;
mod list;
mod update;

pub use block::{KeyBlock, KeyUnblock};
pub use delete::KeyDelete;
pub use fields::KeyFields;
pub use generate::KeyGenerate;
pub use info::KeyInfo;
pub use list::KeyList;
pub use update::KeyUpdate;
