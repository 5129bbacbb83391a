//! House rule: who may depend on whom, and on what.
//!
//! A crate depends only on lower storeys; storeys 0 and 1 compute and never touch a socket, a database or a runtime.
//! The matrix is [`STOREYS`]; `docs/architecture.md` explains it.

use std::collections::BTreeSet;

use serde_json::Value;
use tianji_tests::rust_source::{mask, production_part};
use tianji_tests::workspace::{cargo, production_sources, read, subfolders};

#[test]
fn every_crate_folder_has_a_storey() {
    let homeless: Vec<_> = subfolders("crates")
        .expect("crates can be listed")
        .into_iter()
        .filter(|folder| place(&format!("tianji-{folder}")).is_none())
        .collect();
    assert!(homeless.is_empty(), "without a row in STOREYS: {homeless:?}");
}

#[test]
fn crates_depend_only_on_lower_storeys() {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps"]).expect("metadata");
    let metadata: Value = serde_json::from_str(&metadata).expect("metadata is JSON");
    let edges = own_edges(&metadata);
    assert!(
        edges.iter().any(|edge| edge.from == "tianji-gateway" && edge.to == "tianji-pipeline"),
        "the metadata was not understood"
    );
    let violations: Vec<_> = edges.iter().filter_map(Edge::violation).collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn pure_storeys_are_free_of_runtime_network_and_database() {
    let present = subfolders("crates").expect("crates can be listed");
    let mut violations = Vec::new();
    for (name, storey) in STOREYS {
        if *storey <= HIGHEST_PURE_STOREY && present.iter().any(|folder| folder == name) {
            let package = format!("tianji-{name}");
            let tree = cargo(&[
                "tree",
                "--locked",
                "--package",
                &package,
                "--edges",
                "normal,no-proc-macro",
                "--prefix",
                "depth",
                "--format",
                "{p}",
            ])
            .expect("cargo tree");
            violations.extend(paths_to(&tree, IMPURE));
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn every_workspace_dependency_is_documented() {
    let manifest: toml::Table = read("Cargo.toml").expect("manifest").parse().expect("TOML");
    let named: BTreeSet<String> = manifest["workspace"]["dependencies"]
        .as_table()
        .expect("a table of dependencies")
        .keys()
        .filter(|name| place(name).is_none())
        .cloned()
        .collect();
    let documented = first_cells(&read("docs/dependencies.md").expect("docs/dependencies.md"));
    let missing: Vec<_> = named.difference(&documented).collect();
    let stale: Vec<_> = documented.difference(&named).collect();
    assert!(missing.is_empty(), "without a row: {missing:?}");
    assert!(stale.is_empty(), "rows without a dependency: {stale:?}");
}

#[test]
fn no_banned_crate_is_in_the_tree() {
    let banned = banned(&read("deny.toml").expect("deny.toml"));
    for expected in ["ring", "openssl", "openssl-sys", "native-tls", "reqwest", "serde_yml", "rsa", "sqlx"] {
        assert!(banned.contains(expected), "deny.toml does not ban {expected}");
    }
    let tree = cargo(&[
        "tree",
        "--locked",
        "--workspace",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "depth",
        "--format",
        "{p}",
    ])
    .expect("cargo tree");
    let names: Vec<&str> = banned.iter().map(String::as_str).collect();
    let built = paths_to(&tree, &names);
    assert!(built.is_empty(), "{}", built.join("\n"));
    let locked: Vec<_> = locked_names(&read("Cargo.lock").expect("Cargo.lock"))
        .into_iter()
        .filter(|name| banned.contains(name) && !LOCKED_BUT_NEVER_BUILT.contains(&name.as_str()))
        .collect();
    assert!(locked.is_empty(), "in Cargo.lock: {locked:?}");
}

#[test]
fn lints_are_expected_never_allowed() {
    let mut violations = Vec::new();
    for path in production_sources().expect("sources") {
        let source = read(&path).expect("a source can be read");
        let lines = allowing_lines(production_part(&source));
        violations.extend(lines.iter().map(|line| format!("{}:{line}", path.display())));
    }
    assert!(violations.is_empty(), "`#[allow]` where `#[expect(…, reason = …)]` belongs:\n{}", violations.join("\n"));
}

#[test]
fn clippy_bans_what_would_escape_the_drain_the_clock_and_the_configuration() {
    let settings: toml::Table = read("clippy.toml").expect("clippy.toml").parse().expect("TOML");
    let methods = settings["disallowed-methods"].as_array().expect("a list");
    for path in ["tokio::spawn", "std::env::var", "std::env::var_os", "std::time::SystemTime::now"] {
        let entry = methods.iter().find(|entry| entry["path"].as_str() == Some(path));
        let reason = entry.and_then(|entry| entry["reason"].as_str());
        assert!(reason.is_some_and(|reason| !reason.is_empty()), "{path}");
    }
}

#[test]
fn the_matrix_can_say_no() {
    let cases = [
        ("tianji-dialects", "tianji-core", Kind::Shipped, true),
        ("tianji-core", "tianji-wire", Kind::Shipped, false),
        ("tianji-core", "tianji-http", Kind::Shipped, false),
        ("tianji-router", "tianji-pricing", Kind::Shipped, false),
        ("tianji-router", "tianji-pricing", Kind::Dev, true),
        ("tianji-router", "tianji-storage", Kind::Dev, false),
        ("tianji-admin", "tianji-pipeline", Kind::Shipped, true),
        ("tianji-pipeline", "tianji-admin", Kind::Shipped, false),
        ("tianji-gateway", "tianji-admin", Kind::Shipped, true),
        ("tianji-gateway", "tianji-testkit", Kind::Shipped, false),
        ("tianji-gateway", "tianji-testkit", Kind::Dev, true),
        ("tianji-testkit", "tianji-http", Kind::Shipped, true),
        ("tianji-testkit", "tianji-pipeline", Kind::Shipped, false),
        ("tianji", "tianji-gateway", Kind::Shipped, true),
        ("tianji", "tianji-testkit", Kind::Shipped, false),
        ("tianji-gateway", "tianji", Kind::Shipped, false),
        ("tianji-tests", "tianji-gateway", Kind::Dev, true),
        ("tianji-core", "tianji-tests", Kind::Dev, false),
        ("tianji-core", "tianji-novelty", Kind::Shipped, false),
    ];
    for (from, to, kind, allowed) in cases {
        let edge = Edge { from: from.to_owned(), to: to.to_owned(), kind };
        assert_eq!(edge.violation().is_none(), allowed, "{edge:?}");
    }
}

#[test]
fn a_hidden_dependency_is_found_with_its_path() {
    let tree = "0tianji-core v0.1.0 (/src)\n1bytes v1.12.0\n1late v2.0.0\n2tokio-util v0.7.0\n3tokio v1.54.0\n1tokio v1.54.0 (*)\n";
    assert_eq!(paths_to(tree, IMPURE), ["tianji-core → late → tokio-util", "tianji-core → tokio"]);
    assert!(paths_to("0tianji-core v0.1.0\n1tokio-like v1.0.0\n", IMPURE).is_empty());
}

#[test]
fn allowed_lints_rows_and_locked_names_are_found() {
    let source = "#![allow(dead_code)]\n// #[allow(x)]\nconst A: &str = \"#[allow(x)]\";\n#[allow(\n    dead_code)]\nfn f() {}\n#[cfg_attr(test, allow(x))]\nfn g() {}\n";
    assert_eq!(allowing_lines(source), [1, 4, 7]);
    let page = "| crate | why |\n|---|---|\n| `bytes` | a reason with `ticks` |\ntext `not-a-row`\n";
    assert_eq!(first_cells(page), BTreeSet::from(["bytes".to_owned()]));
    let lock = "[[package]]\nname = \"rsa\"\nversion = \"1\"\n";
    assert_eq!(locked_names(lock), ["rsa"]);
}

/// A dependency between two packages of the workspace.
#[derive(Debug)]
struct Edge {
    from: String,
    to: String,
    kind: Kind,
}

/// Whether a dependency is part of what ships (normal and build dependencies), or only of tests.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Shipped,
    Dev,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Storey(u8),
    /// The kit that other packages' tests use.
    Testkit,
    /// This package. It ships nothing and may use everything.
    HouseTests,
    /// A package of `bins/`. Nothing depends on it.
    Binary,
}

impl Edge {
    fn violation(&self) -> Option<String> {
        let Self { from, to, kind } = self;
        let (Some(lower), Some(upper)) = (place(to), place(from)) else {
            return Some(format!("{from} → {to}: one of them is not in STOREYS"));
        };
        let allowed = match (upper, lower) {
            (_, Place::Binary | Place::HouseTests) => false,
            (Place::HouseTests, _) => true,
            (_, Place::Testkit) => *kind == Kind::Dev,
            (Place::Binary, Place::Storey(_)) => true,
            (Place::Testkit, Place::Storey(n)) => n <= HIGHEST_TESTKIT_STOREY,
            (Place::Storey(above), Place::Storey(below)) => {
                below < above || (*kind == Kind::Dev && below == above) || self.is_exception()
            }
        };
        (!allowed).then(|| format!("{from} ({upper:?}) may not depend on {to} ({lower:?}), {kind:?}"))
    }

    fn is_exception(&self) -> bool {
        WITHIN_A_STOREY.contains(&(self.from.as_str(), self.to.as_str()))
    }
}

fn place(package: &str) -> Option<Place> {
    match package {
        "tianji" | "tianji-bench" => Some(Place::Binary),
        "tianji-tests" => Some(Place::HouseTests),
        "tianji-testkit" => Some(Place::Testkit),
        _ => {
            let folder = package.strip_prefix("tianji-")?;
            let (_, storey) = STOREYS.iter().find(|(name, _)| *name == folder)?;
            Some(Place::Storey(*storey))
        }
    }
}

fn own_edges(metadata: &Value) -> Vec<Edge> {
    let mut edges = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            // Only a package of the workspace is depended upon by its path.
            if dependency["path"].is_string() {
                edges.push(Edge {
                    from: text(&package["name"]),
                    to: text(&dependency["name"]),
                    kind: if dependency["kind"] == "dev" { Kind::Dev } else { Kind::Shipped },
                });
            }
        }
    }
    edges
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The paths by which a tree (as printed by `cargo tree --prefix depth`) first reaches one of the packages.
fn paths_to(tree: &str, packages: &[&str]) -> Vec<String> {
    let mut path: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in tree.lines() {
        let node = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let depth = line.strip_suffix(node).and_then(|depth| depth.parse().ok());
        let (Some(depth), Some(name)) = (depth, node.split(' ').next()) else {
            continue;
        };
        path.truncate(depth);
        let within = path.iter().any(|above| packages.contains(above));
        path.push(name);
        if packages.contains(&name) && !within {
            found.push(path.join(" → "));
        }
    }
    found
}

/// Lines (from 1) with an attribute that allows a lint.
fn allowing_lines(source: &str) -> Vec<usize> {
    mask(source)
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start().starts_with('#') && line.contains("allow("))
        .map(|(index, _)| index + 1)
        .collect()
}

/// The code-formatted names in the first cells of a page's table rows.
fn first_cells(page: &str) -> BTreeSet<String> {
    page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect()
}

fn locked_names(lock: &str) -> Vec<String> {
    lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).map(str::to_owned).collect()
}

fn banned(deny: &str) -> BTreeSet<String> {
    let settings: toml::Table = deny.parse().unwrap_or_default();
    let denied = settings.get("bans").and_then(|bans| bans.get("deny"));
    denied
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.get("crate")?.as_str()?.to_owned()))
        .collect()
}

/// Every folder of `crates/` but the test kit's, planned ones included, with its storey.
const STOREYS: &[(&str, u8)] = &[
    ("core", 0),
    ("wire", 0),
    ("sign", 0),
    ("dialects", 1),
    ("providers", 1),
    ("router", 1),
    ("auth", 1),
    ("limits", 1),
    ("guardrails", 1),
    ("callbacks", 1),
    ("pricing", 1),
    ("config", 1),
    ("http", 2),
    ("storage", 2),
    ("cache", 2),
    ("secrets", 2),
    ("telemetry", 2),
    ("pipeline", 3),
    ("admin", 3),
    ("gateway", 4),
];

/// Management operations act on the running pipeline (test a connection, drop a cached key, read the breakers), and
/// the pipeline knows nothing of them: the one dependency within a storey.
const WITHIN_A_STOREY: &[(&str, &str)] = &[("tianji-admin", "tianji-pipeline")];

const HIGHEST_PURE_STOREY: u8 = 1;

/// The kit may wrap adapters (a programmable upstream, a database for a test), so that use cases can be tested with it.
const HIGHEST_TESTKIT_STOREY: u8 = 2;

const IMPURE: &[&str] = &[
    "tokio",
    "tokio-util",
    "mio",
    "socket2",
    "hyper",
    "hyper-util",
    "rustls",
    "reqwest",
    "rusqlite",
    "libsqlite3-sys",
    "tokio-postgres",
    "deadpool-postgres",
];

/// `ring`: rustls-webpki names it behind a weak feature (`ring?/alloc`), which the lock file records though no build
/// ever includes it. The tree is what counts for it.
const LOCKED_BUT_NEVER_BUILT: &[&str] = &["ring"];
