//! Members of a request that the response repeats (API reference, "The response object").

use tianji_core::{Extra, Json};
use tianji_wire::RawObject;

/// What a response to this request repeats, as the client wrote it.
pub fn echo(body: &RawObject) -> Extra {
    let named = ECHOED.iter().filter_map(|name| Some((*name, body.raw(name)?)));
    let read = named.filter_map(|(name, raw)| Some((name.to_owned(), serde_json::from_slice(raw).ok()?)));
    read.collect()
}

/// The same of members that were read already.
pub(super) fn echo_of(members: &Extra) -> Extra {
    let named = ECHOED.iter().filter_map(|name| Some((*name, members.get(*name)?)));
    named.map(|(name, raw): (&str, &Json)| (name.to_owned(), raw.clone())).collect()
}

const ECHOED: &[&str] = &[
    "background",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "store",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];
