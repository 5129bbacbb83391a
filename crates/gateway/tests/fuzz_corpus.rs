//! The fuzz target of forms, replayed on its committed corpus, and on cuts and changes of it.

#![expect(
    clippy::expect_used,
    unreachable_pub,
    reason = "tests may stop at the first surprise, and the target is a file of another crate"
)]

#[path = "../../../fuzz/src/forms.rs"]
mod forms;

use std::path::Path;

#[test]
fn the_corpus_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/forms");
    let mut inputs: Vec<_> =
        std::fs::read_dir(corpus).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    for input in inputs {
        forms::check(&input);
        for end in 0..input.len() {
            let (before, after) = input.split_at(end);
            forms::check(before);
            let mut changed = before.to_vec();
            changed.extend(after.iter().enumerate().map(|(at, byte)| if at == 0 { byte ^ 0x20 } else { *byte }));
            forms::check(&changed);
        }
    }
}
