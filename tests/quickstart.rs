//! `examples/quickstart.yaml` as a newcomer meets it: no account, no environment, no network.

use serde_json::{Value, json};
use std::time::Duration;
use tianji_testkit::{Config, Gateway, Launch, MASTER_KEY, Request, eventually};
use tianji_tests::workspace::root;

#[test]
fn the_printed_command_works() {
    let gateway = Launch::with_file(&root().join("examples/quickstart.yaml")).start();
    let command = eventually("the greeting has a command to try", Duration::from_secs(5), || {
        let printed = gateway.output();
        let start = printed.find("curl ")?;
        Some(printed.get(start..)?.to_owned()).filter(|command| command.contains("sk-") && command.contains('}'))
    });
    let words = shell_words(&command);
    let url = words.iter().find(|word| word.starts_with("http://")).expect("an address");
    let path = url.strip_prefix(&gateway.url()).unwrap_or_else(|| panic!("{url} is not at {}", gateway.url()));
    let mut arguments = words.iter();
    let mut request = None;
    let mut headers = Vec::new();
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "-H" | "--header" => headers.push(arguments.next().expect("a header").split_once(": ").expect("a colon")),
            "-d" | "--data" | "--json" => {
                let body: Value = serde_json::from_str(arguments.next().expect("a body")).expect("the body is JSON");
                request = Some(Request::post(path, &body));
                break;
            }
            _ => {}
        }
    }
    let mut request = request.unwrap_or_else(|| panic!("no body: {words:?}"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = gateway.send(&request);
    assert_eq!(answer.status, 200, "{command}\n{}", answer.text());
    let reply = answer.json();
    let text = reply["choices"][0]["message"]["content"].as_str().unwrap_or_default();
    assert!(text.starts_with("Hello from TianjiLLM."), "{reply}");
}

#[test]
fn the_key_is_the_same_at_the_next_start() {
    let gateway = Launch::with_file(&root().join("examples/quickstart.yaml")).start();
    let first = printed_key(&gateway);
    assert!(first.len() >= 16, "{first}");
    let gateway = gateway.restart();
    let models = gateway.send(&Request::get("/v1/models").bearer(&first));
    assert_eq!(models.status, 200, "{}", models.text());
    let stranger = gateway.send(&Request::get("/v1/models").bearer("sk-another-key-of-16"));
    assert_eq!(stranger.status, 401);
}

/// A key that the operator gave is not repeated; the command takes it from the environment.
#[test]
fn a_given_key_is_not_printed() {
    let config = Config::new().deployment(&json!({
        "model_name": "m", "litellm_params": {"model": "openai/m", "mock_response": "Hello"},
    }));
    let gateway = Launch::with(&config).start();
    let output = eventually("the greeting has a command to try", Duration::from_secs(5), || {
        Some(gateway.output()).filter(|output| output.contains("curl "))
    });
    assert!(!output.contains(MASTER_KEY), "{output}");
    // A shell puts nothing into single quotes.
    assert!(output.contains("\"Authorization: Bearer $TIANJI_MASTER_KEY\""), "{output}");
}

/// A model whose vendor's key is missing says so; it does not stop the others.
#[test]
fn a_missing_vendor_key_is_an_honest_error() {
    let gateway = Launch::with_file(&root().join("examples/quickstart.yaml")).start();
    let key = printed_key(&gateway);
    assert!(gateway.output().contains("OPENAI_API_KEY"), "warned at the start: {}", gateway.output());
    let body = json!({"model": "gpt", "messages": [{"role": "user", "content": "Hello"}]});
    let answer = gateway.send(&Request::post("/v1/chat/completions", &body).bearer(&key));
    assert_eq!(answer.status, 401, "{}", answer.text());
    let error = answer.json();
    let message = error["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("OPENAI_API_KEY"), "the message says what to do: {message}");
}

/// The key in the printed command.
fn printed_key(gateway: &Gateway) -> String {
    eventually("a key is printed", Duration::from_secs(5), || {
        let output = gateway.output();
        let (_, rest) = output.split_once("Bearer ").filter(|(_, rest)| rest.starts_with("sk-"))?;
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().map(str::to_owned)
    })
}

/// Splits a command as a shell does, as far as a curl command needs it.
fn shell_words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = command.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), inside) => word.get_or_insert_default().push(inside),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '\\') if letters.peek() == Some(&'\n') => {
                letters.next();
                words.extend(word.take());
            }
            (None, '\n') => break,
            (None, space) if space.is_whitespace() => words.extend(word.take()),
            (None, plain) => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word);
    words
}
