//! How much JSON is too much.

/// Bounds on a JSON text, checked in the same pass as its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// Levels of nesting; more than [`JsonLimits::MAX_DEPTH`] counts as that.
    pub depth: u32,
    /// Values of any kind inside the outermost one, containers included.
    pub values: usize,
    /// Digits of one number.
    pub digits: usize,
}

impl JsonLimits {
    /// Most levels of nesting that are ever read.
    pub const MAX_DEPTH: u32 = 128;

    /// For texts that are bounded elsewhere, such as an upstream's reply full of embeddings: the depth only.
    pub const DEPTH_ONLY: Self = Self { depth: Self::MAX_DEPTH, values: usize::MAX, digits: usize::MAX };

    /// For what clients send: a million values, 64 digits. Unbounded, a body of `[0,0,0,…` costs many times its size
    /// once it becomes a tree, and a number of a million digits costs its square once it becomes a big integer.
    pub const REQUEST: Self = Self { depth: Self::MAX_DEPTH, values: 1_000_000, digits: 64 };
}
