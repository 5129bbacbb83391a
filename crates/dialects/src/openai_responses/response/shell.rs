//! The response object around the output, as whole replies and stream events show it.

use crate::openai_chat::json;
use crate::openai_responses::usage;
use bytes::BytesMut;
use std::fmt::Write as _;
use tianji_core::Usage;
use tianji_core::generate::ClientView;

/// What does not change while a response is made.
#[derive(Clone, Debug)]
pub(in crate::openai_responses) struct Shell {
    /// Id of the response.
    pub(in crate::openai_responses) id: String,
    /// Seconds since 1970.
    pub(in crate::openai_responses) created: i64,
    /// Model to show.
    pub(in crate::openai_responses) model: String,
}

/// How far a response has come.
#[derive(Clone, Copy, Debug)]
pub(in crate::openai_responses) struct State<'a> {
    /// `in_progress`, `completed` or `incomplete`.
    pub(in crate::openai_responses) status: &'a str,
    /// Why it is incomplete.
    pub(in crate::openai_responses) incomplete: Option<&'a str>,
    /// Items of the output, with commas between them.
    pub(in crate::openai_responses) output: &'a [u8],
    /// What was consumed.
    pub(in crate::openai_responses) usage: Option<&'a Usage>,
    /// Service tier that served.
    pub(in crate::openai_responses) service_tier: Option<&'a str>,
}

/// Writes a response object.
pub(in crate::openai_responses) fn write(shell: &Shell, state: State<'_>, view: &ClientView, out: &mut BytesMut) {
    out.extend_from_slice(br#"{"id":"#);
    json::string(&shell.id, out);
    let _ = write!(
        out,
        r#","object":"response","created_at":{},"status":"{}","error":null,"incomplete_details":"#,
        shell.created, state.status
    );
    match state.incomplete {
        Some(reason) => {
            let _ = write!(out, r#"{{"reason":"{reason}"}}"#);
        }
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(br#","model":"#);
    json::string(&shell.model, out);
    out.extend_from_slice(br#","output":["#);
    out.extend_from_slice(state.output);
    out.extend_from_slice(br#"],"usage":"#);
    match state.usage {
        Some(consumed) => usage::write(consumed, out),
        None => out.extend_from_slice(b"null"),
    }
    if let Some(tier) = state.service_tier {
        out.extend_from_slice(br#","service_tier":"#);
        json::string(tier, out);
    }
    for (name, default) in MEMBERS {
        let _ = write!(out, r#","{name}":"#);
        let said = view.echo.get(*name).filter(|raw| !raw.is_null());
        out.extend_from_slice(said.map_or(*default, |raw| raw.text()).as_bytes());
    }
    for (name, raw) in view.echo.iter().filter(|(name, _)| !MEMBERS.iter().any(|(known, _)| known == name)) {
        out.extend_from_slice(b",");
        json::string(name, out);
        out.extend_from_slice(b":");
        json::value(raw, out);
    }
    out.extend_from_slice(b"}");
}

/// Members that SDKs expect, and what stands there if the request did not say.
const MEMBERS: &[(&str, &str)] = &[
    ("instructions", "null"),
    ("max_output_tokens", "null"),
    ("metadata", "{}"),
    ("parallel_tool_calls", "true"),
    ("previous_response_id", "null"),
    ("temperature", "null"),
    ("tool_choice", "\"auto\""),
    ("tools", "[]"),
    ("top_p", "null"),
];
