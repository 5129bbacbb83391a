//! The cost of a call in the usage of its stream (`include_cost_in_streaming_usage`), as the reference proxy shows it:
//! `usage.cost`, in dollars, in the frames of chat completions, Anthropic messages and responses that report usage.

use bytes::{Bytes, BytesMut};
use memchr::memmem;
use tianji_core::Usd;
use tianji_wire::RawObject;

/// Puts the cost into the frames among `out` that report usage.
pub(crate) fn put(cost: Usd, out: &mut BytesMut) {
    if memmem::find(out, USAGE).is_none() {
        return;
    }
    let whole = out.split().freeze();
    for line in whole.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(b"data:").and_then(|data| with_cost(data, cost)) {
            Some(data) => {
                out.extend_from_slice(b"data: ");
                out.extend_from_slice(&data);
                out.extend_from_slice(b"\n");
            }
            None => out.extend_from_slice(line),
        }
    }
}

fn with_cost(data: &[u8], cost: Usd) -> Option<Bytes> {
    memmem::find(data, USAGE)?;
    let mut event = RawObject::parse(Bytes::copy_from_slice(data.trim_ascii())).ok()?;
    if let Some(usage) = priced(&event, cost) {
        event.set_raw("usage", usage);
        return Some(event.to_bytes());
    }
    let mut response = RawObject::parse(Bytes::copy_from_slice(event.raw("response")?)).ok()?;
    let usage = priced(&response, cost)?;
    response.set_raw("usage", usage);
    event.set_raw("response", response.to_bytes());
    Some(event.to_bytes())
}

fn priced(object: &RawObject, cost: Usd) -> Option<Bytes> {
    let mut usage = RawObject::parse(Bytes::copy_from_slice(object.raw("usage")?)).ok()?;
    usage.set_raw("cost", cost.python().into());
    Some(usage.to_bytes())
}

const USAGE: &[u8] = b"\"usage\"";

#[cfg(test)]
mod tests {
    use super::*;

    fn priced(text: &str) -> String {
        let mut out = BytesMut::from(text);
        put(Usd::from_nanos(31_500), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn every_dialects_usage_is_found() {
        for (before, after) in [
            (
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\ndata: [DONE]\n\n",
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"cost\":0.0000315}}\n\ndata: [DONE]\n\n",
            ),
            (
                "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":1}}\n\n",
                "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":1,\"cost\":0.0000315}}\n\n",
            ),
            (
                "data: {\"response\":{\"usage\":{\"output_tokens\":1}},\"sequence_number\":1}\n\n",
                "data: {\"response\":{\"usage\":{\"output_tokens\":1,\"cost\":0.0000315}},\"sequence_number\":1}\n\n",
            ),
        ] {
            // Members that were set stand apart, as Python writes them.
            let close = priced(before).replace(", \"", ",\"").replace("\": ", "\":");
            assert_eq!(close.replace("3.15e-05", "0.0000315"), after);
        }
    }

    #[test]
    fn everything_else_passes() {
        for text in [
            "data: {\"choices\":[],\"usage\":null}\n\n",
            "data: {\"message\":{\"usage\":{\"input_tokens\":1}}}\n\n",
            "data: {\"delta\":\"the \\\"usage\\\" of words\"}\n\n",
            ": usage\n\ndata: no \"usage\" here\n\n",
        ] {
            assert_eq!(priced(text), text);
        }
    }
}
