//! House rule: production files and functions stay short enough to be read in one go.

use std::path::Path;

use tianji_tests::rust_source::{functions, mask, production_part};
use tianji_tests::workspace::{production_sources, read};

#[test]
fn production_code_is_short() {
    let sources = production_sources().expect("the workspace can be listed");
    assert!(
        sources.iter().any(|path| path.ends_with("core/src/lib.rs")),
        "the list of sources lacks the core crate: {sources:?}"
    );
    let mut violations = Vec::new();
    for path in sources {
        let source = read(&path).expect("a source can be read");
        violations.extend(too_long(&path, &source));
    }
    assert!(violations.is_empty(), "{} too long:\n{}", violations.len(), violations.join("\n"));
}

#[test]
fn a_long_file_is_found() {
    let path = Path::new("long.rs");
    assert!(too_long(path, &"// line\n".repeat(FILE_LINES)).is_empty());
    assert_eq!(too_long(path, &"// line\n".repeat(FILE_LINES + 1)), ["long.rs: 401 lines, at most 400"]);
}

#[test]
fn a_closing_test_module_is_not_counted() {
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", function("case", FUNCTION_LINES + 1).repeat(9));
    let source = format!("{}\n{tests}", function("shipped", FUNCTION_LINES));
    assert!(source.lines().count() > FILE_LINES);
    assert!(too_long(Path::new("a.rs"), &source).is_empty());
}

#[test]
fn a_long_function_is_found_with_its_line() {
    let source = format!("//! Doc.\n{}{}", function("fits", FUNCTION_LINES), function("sprawls", FUNCTION_LINES + 1));
    assert_eq!(too_long(Path::new("a.rs"), &source), ["a.rs:62: fn sprawls has 61 lines, at most 60"]);
}

/// What is too long in one production file.
fn too_long(path: &Path, source: &str) -> Vec<String> {
    let shipped = production_part(source);
    let path = path.display();
    let lines = shipped.lines().count();
    let file = (lines > FILE_LINES).then(|| format!("{path}: {lines} lines, at most {FILE_LINES}"));
    let long = functions(&mask(shipped)).into_iter().filter(|function| function.lines > FUNCTION_LINES).map(|f| {
        let (name, line, lines) = (f.name, f.line, f.lines);
        format!("{path}:{line}: fn {name} has {lines} lines, at most {FUNCTION_LINES}")
    });
    file.into_iter().chain(long).collect()
}

/// A function of so many lines, full of what a brace counter might stumble over.
fn function(name: &str, lines: usize) -> String {
    let body = "    let text = \"}\"; // }\n".repeat(lines - 2);
    format!("fn {name}() {{\n{body}}}\n")
}

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;
