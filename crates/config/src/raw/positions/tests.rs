//! Lines and columns of ordinary and odd YAML.

use super::{Index, Step};

fn place(text: &str, path: &[&str]) -> Option<(u32, u32)> {
    let index = Index::of(text);
    let mut at = 0;
    for step in path {
        let step = step.parse().map_or_else(|_| Step::Key((*step).to_owned()), Step::Item);
        at = index.child(at, step, 0)?;
    }
    index.entry(at).map(|entry| (entry.line, entry.column))
}

#[test]
fn keys_and_items_of_blocks() {
    let text = "# head\nmodel_list:\n  - model_name: a\n    litellm_params:\n      model: b  # x: y\n  - model_name: |\n      text: no key\n    tags: [1, 2]\n\"quoted: key\": 1\nlast: 2\n";
    for (path, line) in [
        (&["model_list"][..], 2),
        (&["model_list", "0", "model_name"], 3),
        (&["model_list", "0", "litellm_params", "model"], 5),
        (&["model_list", "1"], 6),
        (&["model_list", "1", "tags"], 8),
        (&["last"], 10),
    ] {
        assert_eq!(place(text, path).map(|(line, _)| line), Some(line), "{path:?}");
    }
    assert_eq!(place(text, &["text"]), None);
}

#[test]
fn any_text_has_some_outline() {
    for text in ["", ":", "- - -", "{a: [", "\"", "a:\n\t- b", "? x\n: y", "&a *b", "%YAML 1.2\n---\na: 1"] {
        let index = Index::of(text);
        assert!(index.entry(0).is_some());
    }
}
