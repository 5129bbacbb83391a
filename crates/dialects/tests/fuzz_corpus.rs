//! The fuzz targets, replayed on their committed corpus: what a fuzzer found once, and what was hostile to begin with.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "tests may stop at the first surprise, and the targets are a crate of their own elsewhere"
)]

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

#[test]
fn the_corpus_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let folders = std::fs::read_dir(&corpus).unwrap().count();
    assert_eq!(folders, targets::TARGETS.len() + targets::ELSEWHERE.len(), "a folder for each target");
    let mut broken = Vec::new();
    for (name, check) in targets::TARGETS {
        let mut files: Vec<_> =
            std::fs::read_dir(corpus.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "no corpus for {name}");
        for file in files {
            let input = std::fs::read(&file).unwrap();
            if let Err(cause) = std::panic::catch_unwind(|| check(&input)) {
                let words = cause.downcast_ref::<String>().map_or("", String::as_str);
                broken.push(format!("{name}/{}: {words}", file.file_name().unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "{} broken:\n{}", broken.len(), broken.join("\n"));
}
