//! Puts streamed tool calls together, however an upstream numbers and repeats them.
//!
//! OpenAI's rule (API reference, "Chat streaming", `delta.tool_calls`): `index` numbers the calls of the message, `id`
//! and name stand in the first delta, later ones bring fragments of the arguments. Vendors leave out the index, repeat
//! id and name, give every call index 0, send arguments as an object or as `null`, or repeat all that came before.

use super::types::CallDelta;
use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::generate::ToolCallKind;

/// The tool calls of one answer so far.
#[derive(Debug, Default)]
pub(super) struct Calls {
    list: Vec<Call>,
}

/// One call.
#[derive(Debug, Default)]
pub(super) struct Call {
    wire_index: Option<u64>,
    /// Id of the vendor; empty until it says one.
    pub(super) id: String,
    /// Name; empty until the vendor says it.
    pub(super) name: String,
    /// What the arguments are by now.
    pub(super) arguments: String,
    /// Kind.
    pub(super) kind: ToolCallKind,
}

/// What one delta means.
#[derive(Debug)]
pub(super) struct Step {
    /// Ordinal of the call among the calls of its answer.
    pub(super) ordinal: usize,
    /// The call's name is known now and was not before: the call can be announced.
    pub(super) starts: bool,
    /// Arguments that are new.
    pub(super) growth: String,
    /// The delta says it exactly as OpenAI would.
    pub(super) regular: bool,
}

impl Calls {
    /// Takes one delta.
    pub(super) fn take(&mut self, delta: &CallDelta<'_>) -> Step {
        let name = delta.name().unwrap_or_default();
        let text = delta.arguments();
        let found = self.find(delta, name, text.as_deref());
        let fresh = found.is_none();
        let ordinal = found.unwrap_or_else(|| {
            self.list.push(Call { wire_index: delta.index, ..Call::default() });
            self.list.len() - 1
        });
        let Some(call) = self.list.get_mut(ordinal) else {
            return Step { ordinal, starts: false, growth: String::new(), regular: false };
        };
        let repeated = !fresh && delta.id().is_some_and(|id| id == call.id);
        if call.id.is_empty() {
            delta.id().unwrap_or_default().clone_into(&mut call.id);
        }
        if delta.is_custom() {
            call.kind = ToolCallKind::Custom;
        }
        let starts = call.name.is_empty() && !name.is_empty();
        if starts {
            name.clone_into(&mut call.name);
        }
        let whole = delta.arguments_are_object();
        let mut growth = growth(call, text.as_deref().unwrap_or_default(), repeated || whole, whole);
        call.arguments.push_str(&growth);
        let numbered = delta.index == u64::try_from(ordinal).ok();
        let said_once =
            fresh == delta.id().is_some() && fresh == delta.name().is_some() && (!fresh || delta.has_type());
        let as_is = text.as_deref().is_some_and(|text| text.len() == growth.len()) && !whole;
        if starts && !fresh {
            growth.clone_from(&call.arguments);
        }
        Step { ordinal, starts, growth, regular: numbered && said_once && as_is }
    }

    /// The call with that ordinal.
    pub(super) fn call(&self, ordinal: usize) -> Option<&Call> {
        self.list.get(ordinal)
    }

    /// Whether no call was made.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The call that a delta goes on with.
    fn find(&self, delta: &CallDelta<'_>, name: &str, arguments: Option<&str>) -> Option<usize> {
        let known = delta.id().and_then(|id| self.list.iter().position(|call| call.id == id));
        if known.is_some() {
            return known;
        }
        let Some(index) = delta.index else {
            return self.find_unnumbered(delta, name);
        };
        let at = self.list.iter().rposition(|call| call.wire_index == Some(index))?;
        let call = self.list.get(at)?;
        let other_id = delta.id().is_some() && !call.id.is_empty();
        let begins_again = delta.id().is_none() && !name.is_empty() && arguments.is_some_and(is_complete);
        let new = !name.is_empty() && (other_id || (begins_again && name != call.name && is_complete(&call.arguments)));
        (!new).then_some(at)
    }

    fn find_unnumbered(&self, delta: &CallDelta<'_>, name: &str) -> Option<usize> {
        let last = self.list.len().checked_sub(1)?;
        let call = self.list.get(last)?;
        let other_id = delta.id().is_some() && !call.id.is_empty();
        let other_name =
            !name.is_empty() && !call.name.is_empty() && (name != call.name || is_complete(&call.arguments));
        let new = !name.is_empty() && (other_id || other_name);
        (!new).then_some(last)
    }
}

/// What `text` adds to the call's arguments. A vendor that repeats the id may repeat the arguments too.
fn growth(call: &Call, text: &str, may_repeat: bool, whole: bool) -> String {
    if whole && is_empty_object(text) {
        return String::new();
    }
    let repeats = may_repeat && !call.arguments.is_empty();
    let rest = text.strip_prefix(call.arguments.as_str()).filter(|_| repeats);
    rest.unwrap_or(text).to_owned()
}

/// Whether arguments are a whole JSON value.
pub(super) fn is_complete(arguments: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(arguments).is_ok()
}

fn is_empty_object(text: &str) -> bool {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).eq(*b"{}")
}

/// Arguments as text, whether a vendor wrote them as text, as an object or as `null`.
pub(crate) fn arguments_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    match raw.get() {
        "null" => None,
        text if text.starts_with('"') => serde_json::from_str::<String>(text).ok().map(Cow::Owned),
        text => Some(Cow::Borrowed(text)),
    }
}

/// An id for a call that the vendor left without one: the same for the same reply and ordinal, `call_` and 24 hex
/// digits as OpenAI's are long.
pub(crate) fn minted_id(reply: &str, choice: u32, ordinal: usize) -> String {
    let seed = format!("{reply}/{choice}/{ordinal}");
    // FNV-1a, 64 bit: ids must differ, not resist anyone.
    let hash = |start: u64| {
        seed.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    let (high, low) = (hash(0xcbf2_9ce4_8422_2325), hash(0x6295_c58d_6295_c58d) >> 32);
    format!("call_{high:016x}{low:08x}")
}
