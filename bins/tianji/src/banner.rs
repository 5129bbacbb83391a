//! What is printed once the gateway serves: where it is and a first call that works.

use std::net::SocketAddr;

/// The first words. A key is shown only when it was made up here; an operator's own never is.
#[expect(clippy::print_stdout, reason = "this is the program's output")]
pub(crate) fn print(listen: SocketAddr, models: usize, first: Option<&str>, minted: Option<&str>) {
    println!("TianjiLLM {} is listening on http://{listen} with {models} models.", env!("CARGO_PKG_VERSION"));
    let Some(model) = first else { return };
    // A shell fills in a variable between double quotes only.
    let (quote, key) = minted.map_or(('"', "$TIANJI_MASTER_KEY"), |key| ('\'', key));
    let host = if listen.ip().is_unspecified() { "127.0.0.1".to_owned() } else { listen.ip().to_string() };
    println!("Try:");
    println!("  curl http://{host}:{}/v1/chat/completions \\", listen.port());
    println!("    -H {quote}Authorization: Bearer {key}{quote} -H 'Content-Type: application/json' \\");
    println!("    -d '{{\"model\": \"{model}\", \"messages\": [{{\"role\": \"user\", \"content\": \"Hello\"}}]}}'");
}
