//! The scanner against the corners of the grammar that would make a brace counter lie.

use super::{Function, functions, mask, production_part};

fn one(source: &str) -> Function {
    let mut found = functions(&mask(source));
    assert_eq!(found.len(), 1, "in {source:?}: {found:?}");
    found.remove(0)
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn text_is_masked_and_code_is_kept() {
    let cases = [
        ("a // b {\nc", "a       \nc"),
        ("a /* b /* } */ { */ c", "a                     c"),
        ("/*/ { */c", "         c"),
        (r#"f("{ \" }")"#, "f(         )"),
        ("f(\"two\n}\")", "f(    \n  )"),
        (r##"f(r#"{ " }"#)"##, "f(           )"),
        (r#"f(br"\", b"}")"#, "f(     , b   )"),
        (r##"f(cr#"}"#)"##, "f(       )"),
        ("('{', b'}', '\\'', '\\u{7d}', 'é')", "(   , b   ,     ,         ,    )"),
        ("fn f<'a>(x: &'a str) -> &'a u8 {}", "fn f<'a>(x: &'a str) -> &'a u8 {}"),
        ("'outer: loop { break 'outer }", "'outer: loop { break 'outer }"),
        ("let r#fn = bar;", "let r#fn = bar;"),
        ("a / b", "a / b"),
        ("open \"never closed {", "open                "),
    ];
    for (source, expected) in cases {
        let masked = mask(source);
        assert_eq!(words(&masked), words(expected), "in {source:?}");
        assert_eq!(masked.chars().count(), source.chars().count(), "length of {source:?}");
        assert_eq!(masked.matches('\n').count(), source.matches('\n').count());
    }
}

#[test]
fn a_function_spans_from_its_keyword_to_its_closing_brace() {
    let source = "\n#[inline]\npub const fn sum(\n    a: [u8; 4],\n) -> u8\nwhere\n    (): Sized,\n{\n    let f = |x| { x };\n    f(0)\n}\n\nconst AFTER: u8 = 1;\n";
    assert_eq!(one(source), Function { name: "sum".to_owned(), line: 3, lines: 9 });
}

#[test]
fn braces_in_text_do_not_end_a_function() {
    let source =
        "fn f() {\n    let a = \"}\"; // }\n    let b = '}';\n    let c = r#\"}\"#; /* } */\n}\nstruct After;\n";
    assert_eq!(one(source).lines, 5);
}

#[test]
fn only_functions_with_a_body_count() {
    let source = "trait T { fn no_body(&self, x: [u8; 2]); }\ntype P = fn (u8) -> u8;\nfn_like! {}\n";
    assert_eq!(functions(&mask(source)), []);
    let default = "trait T {\n    fn a(&self);\n    fn b(&self) {\n    }\n}\n";
    assert_eq!(one(default).name, "b");
}

#[test]
fn a_nested_function_counts_on_its_own_and_within_the_outer_one() {
    let found = functions(&mask("fn outer() {\n    fn inner() {\n    }\n}\n"));
    let lines: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.lines)).collect();
    assert_eq!(lines, [("outer", 4), ("inner", 2)]);
}

#[test]
fn the_closing_test_module_does_not_ship() {
    let source = "//! é before\nfn a() {}\n\n#[cfg(test)]\n#[expect(clippy::panic, reason = \"[x]\")]\nmod tests {\n    #[cfg(test)]\n    mod deeper {}\n}\n";
    assert_eq!(production_part(source), "//! é before\nfn a() {}");
}

#[test]
fn what_follows_a_test_module_ships_and_so_does_what_is_no_module() {
    let in_the_middle = "#[cfg(test)]\nmod tests {\n}\nfn after() {}";
    assert_eq!(production_part(in_the_middle), in_the_middle);
    let outside = "fn a() {}\n#[cfg(test)]\nmod tests;";
    assert_eq!(production_part(outside), outside);
    let quoted = "const A: &str = \"#[cfg(test)]\nmod tests {}\";";
    assert_eq!(production_part(quoted), quoted);
}
