//! From text to configuration: what is understood, what is said about what is not.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;
use tianji_config::{Cause, Config, Diagnostic, Loaded, Source, SourceError, load};

#[derive(Default)]
struct Files {
    files: BTreeMap<String, String>,
    env: BTreeMap<String, String>,
}

impl Source for Files {
    fn read(&self, path: &str) -> Result<String, SourceError> {
        self.files.get(path).cloned().ok_or(SourceError::Missing)
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env.get(name).cloned()
    }
}

fn with(files: &[(&str, &str)], env: &[(&str, &str)]) -> Result<Loaded, Vec<Diagnostic>> {
    let owned = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    load("c.yaml", &Files { files: owned(files), env: owned(env) })
}

fn read(text: &str) -> Result<Loaded, Vec<Diagnostic>> {
    with(&[("c.yaml", text)], &[])
}

fn config(text: &str) -> Config {
    read(text).unwrap().config
}

fn shown(findings: &[Diagnostic]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn an_entry_with_everything() {
    let text = "
model_list:
  - model_name: gpt
    tianji_params:
      model: azure/dep
      api_key: os.environ/KEY
      api_base: https://x
      timeout: '30'
      num_retries: 3
      drop_params: yes
      input_cost_per_token: 1.5e-07
      temperature: 0.5
      seed: 9007199254740993
      top_k: 5
    model_info: {id: one, base_model: azure/gpt-4o}
";
    let loaded = with(&[("c.yaml", text)], &[("KEY", "sk-secret")]).unwrap();
    let entry = &loaded.config.model_list[0];
    assert_eq!(entry.params.api_key.as_ref().unwrap().expose(), "sk-secret");
    assert_eq!(entry.params.timeout, Some(Duration::from_secs(30)));
    assert_eq!((entry.params.num_retries, entry.params.drop_params), (Some(3), Some(true)));
    assert_eq!(entry.params.prices.amounts.get("input_cost_per_token").unwrap(), "1.5e-07");
    assert_eq!(entry.params.params.get("seed").unwrap().to_string(), "9007199254740993");
    assert!(entry.params.params.contains_key("top_k"));
    assert_eq!(entry.info.id.as_deref(), Some("one"));
    assert!(!format!("{:?}", loaded.config).contains("sk-secret"));
}

#[test]
fn both_spellings_and_both_places_of_lists() {
    let lists = config(
        "litellm_settings: {fallbacks: [{a: [b, {model: c, top_p: 1}]}], drop_params: true}\nrouter_settings:\n  model_group_alias: {x: a, y: {model: a, hidden: true}}\n  context_window_fallbacks: [{a: [long]}]\n",
    );
    let general = &lists.router_settings.fallbacks.general;
    assert_eq!((general[0].0.as_str(), general[0].1.len()), ("a", 2));
    assert_eq!(lists.router_settings.fallbacks.context_window[0].1[0].model, "long");
    assert!(lists.router_settings.model_group_alias["y"].hidden && lists.litellm_settings.drop_params);
    let twin = config("tianji_settings: {drop_params: true, num_retries: 7}\n");
    assert_eq!((twin.litellm_settings.drop_params, twin.litellm_settings.num_retries), (true, Some(7)));
}

#[test]
fn search_tools_are_deployments() {
    let text = "search_tools:\n- {search_tool_name: web, litellm_params: {search_provider: tavily, api_key: k}}\n\
                - {search_tool_name: web, litellm_params: {search_provider: exa_ai}}\n- {search_tool_name: lost}\n";
    let loaded = read(text).unwrap();
    let entries: Vec<(&str, &str)> =
        loaded.config.model_list.iter().map(|entry| (entry.model_name.as_str(), entry.params.model.as_str())).collect();
    assert_eq!(entries, [("web", "tavily/search"), ("web", "exa_ai/search")]);
    let findings = shown(&loaded.warnings);
    assert!(findings.iter().any(|finding| finding.contains("search_tools[2]")), "{findings:?}");
}

#[test]
fn all_errors_at_once_with_their_lines() {
    let text = "model_list:\n  - model_name: a\n    litellm_params:\n      model: b\n      timeout: soon\n  - litellm_params: {model: c}\ngeneral_settings: 5\nrouter_settings:\n  num_retries: [1]\n  routing_strategy: best\n  model_group_alias: {p: q, q: p}\n";
    let errors = shown(&read(text).unwrap_err());
    for start in [
        "c.yaml:5: model_list[0].litellm_params.timeout:",
        "c.yaml:6: model_list[1].model_name: is required",
        "c.yaml:7: general_settings:",
        "c.yaml:9: router_settings.num_retries:",
        "c.yaml:10: router_settings.routing_strategy:",
        "c.yaml:11: router_settings.model_group_alias.p:",
    ] {
        assert!(errors.iter().any(|error| error.starts_with(start)), "{start} not in {errors:#?}");
    }
    assert!(read("model_list: 5").is_err() && read("model_list: {a: 1}").is_err());
}

#[test]
fn odd_things_are_warned_about() {
    let text = "general_settings:\n  mastr_key: x\n  store_model_in_db: true\nmodel_list:\n  - model_name: a\n    litellm_params: {model: b, api_kee: k, banana: 1, api_key: os.environ/NOPE}\n";
    let loaded = read(text).unwrap();
    let causes: Vec<(u32, Cause)> = loaded.warnings.iter().map(|warning| (warning.line, warning.cause)).collect();
    assert!(causes.contains(&(2, Cause::UnknownKey)), "{causes:?}");
    assert!(causes.contains(&(3, Cause::InactiveKey)), "{causes:?}");
    assert!(causes.contains(&(6, Cause::MissingVariable)), "{causes:?}");
    let words = shown(&loaded.warnings).join("\n");
    assert!(words.contains("did you mean `master_key`?") && words.contains("did you mean `api_key`?"), "{words}");
    assert!(!words.contains("banana"), "{words}");
}

#[test]
fn includes_and_their_faults() {
    let files = [
        (
            "c.yaml",
            "include: [a.yaml, b.yaml]\nmodel_list: [{model_name: x, litellm_params: {model: m}}]\nlitellm_settings: {num_retries: 1}\n",
        ),
        (
            "a.yaml",
            "model_list: [{model_name: y, litellm_params: {model: m}}]\nlitellm_settings: {num_retries: 9, drop_params: true}\n",
        ),
        ("b.yaml", "model_list: [{model_name: z, litellm_params: {model: m}}]\n"),
    ];
    let loaded = with(&files, &[]).unwrap();
    let mut names: Vec<&str> = loaded.config.model_list.iter().map(|entry| entry.model_name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["x", "y", "z"]);
    let settings = &loaded.config.litellm_settings;
    assert_eq!((settings.num_retries, settings.drop_params, loaded.files.len()), (Some(1), true, 3));
    let missing = with(&[("c.yaml", "a: 1\ninclude: [nope.yaml]\n")], &[]).unwrap_err();
    assert!(missing.iter().any(|error| error.cause == Cause::Include && error.line == 2), "{missing:?}");
    let cycle = with(&[("c.yaml", "include: [d.yaml]\n"), ("d.yaml", "include: [c.yaml]\n")], &[]).unwrap_err();
    assert!(cycle.iter().any(|error| error.cause == Cause::Include));
}

#[test]
fn texts_that_are_no_configuration() {
    for text in ["- a", "a: [", "\"", "a: 1\na: 2\n", "x: &a [*a]"] {
        assert!(read(text).is_err(), "{text}");
    }
    let bomb = "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
    assert!(read(bomb).is_err());
    assert!(read("").unwrap().config.model_list.is_empty());
}

#[test]
fn variables_of_the_file_come_first() {
    let text = "environment_variables: {MINE: one}\ngeneral_settings: {master_key: os.environ/MINE, port: os.environ/PORT_OF}\n";
    let loaded = with(&[("c.yaml", text)], &[("MINE", "two"), ("PORT_OF", "4444")]).unwrap();
    assert_eq!(loaded.config.general_settings.master_key.unwrap().expose(), "one");
    assert_eq!(loaded.config.general_settings.port, Some(4444));
}

proptest! {
    #[test]
    fn no_text_panics(text in "(model_list|general_settings|include|- |: |\\[|\\{|\\}|\\]|\n|  |a|\"|&x|\\*x|#|1|os.environ/A){0,40}") {
        drop(read(&text));
    }

    #[test]
    fn mutated_files_do_not_panic(at in any::<prop::sample::Index>(), byte in 0u8..128) {
        let mut text = b"model_list:\n  - model_name: a\n    litellm_params: {model: b, timeout: 3}\nrouter_settings:\n  fallbacks: [{a: [b]}]\n".to_vec();
        let place = at.index(text.len());
        text[place] = byte;
        drop(read(&String::from_utf8(text).unwrap()));
    }
}
