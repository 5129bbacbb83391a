//! Writing a call's record as JSON: the very text that its derived serialisation gives, for a third of the work.
//!
//! Every call is written down twice on its way, so this text is most of what the ledger costs. Names are ready-made,
//! texts without anything to escape, which is nearly all, are copied in one go.

use crate::record::is_default;
use crate::{CallRecord, Micros, Usd};
use serde::Serialize;

impl CallRecord {
    /// Appends the record as JSON. (That no member is forgotten, a test sees to, which names them all.)
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let mut object = Object::begin(out, &self.call_id);
        object.maybe(r#","response_id":"#, self.response_id.as_deref());
        object.maybe(r#","trace_id":"#, self.trace_id.as_deref());
        object.maybe(r#","session_id":"#, self.session_id.as_deref());
        object.some(r#","call_type":"#, &self.call_type);
        object.some(r#","endpoint":"#, &self.endpoint);
        object.unless_default(r#","stream":"#, &self.stream);
        object.text(r#","token":"#, &self.token);
        object.maybe(r#","key_alias":"#, self.key_alias.as_deref());
        object.maybe(r#","user_id":"#, self.user_id.as_deref());
        object.maybe(r#","team_id":"#, self.team_id.as_deref());
        object.maybe(r#","organization_id":"#, self.organization_id.as_deref());
        object.maybe(r#","end_user":"#, self.end_user.as_deref());
        object.some(r#","model":"#, &self.model);
        object.some(r#","model_group":"#, &self.model_group);
        object.some(r#","model_id":"#, &self.model_id);
        object.some(r#","provider":"#, &self.provider);
        object.some(r#","api_base":"#, &self.api_base);
        object.time(r#","started_at":"#, self.started_at);
        if let Some(at) = self.first_token_at {
            object.time(r#","first_token_at":"#, at);
        }
        object.unless_default(r#","ended_at":"#, &self.ended_at);
        object.unless_default(r#","overhead_us":"#, &self.overhead_us);
        object.unless_default(r#","usage":"#, &self.usage);
        object.unless_default(r#","usage_source":"#, &self.usage_source);
        object.unless_default(r#","cost":"#, &self.cost);
        object.parts(r#","cost_parts":"#, &self.cost_parts);
        object.unless_default(r#","cost_status":"#, &self.cost_status);
        object.unless_default(r#","status":"#, &self.status);
        object.unless_default(r#","http_status":"#, &self.http_status);
        object.maybe(r#","error_class":"#, self.error_class.as_deref());
        object.maybe(r#","error_message":"#, self.error_message.as_deref());
        object.maybe(r#","finish_reason":"#, self.finish_reason.as_deref());
        object.unless_default(r#","refused":"#, &self.refused);
        object.unless_default(r#","attempted_retries":"#, &self.attempted_retries);
        object.unless_default(r#","attempted_fallbacks":"#, &self.attempted_fallbacks);
        object.unless_default(r#","tags":"#, &self.tags);
        object.unless_default(r#","losses":"#, &self.losses);
        object.maybe(r#","metadata":"#, self.metadata.as_deref());
        object.maybe(r#","ip":"#, self.ip.as_deref());
        object.maybe(r#","user_agent":"#, self.user_agent.as_deref());
        object.end();
    }

    /// Appends as JSON what is known of a call before it is sent: who calls whom, and when.
    pub fn write_intent_json(&self, out: &mut Vec<u8>) {
        let mut object = Object::begin(out, &self.call_id);
        object.some(r#","call_type":"#, &self.call_type);
        object.some(r#","endpoint":"#, &self.endpoint);
        object.unless_default(r#","stream":"#, &self.stream);
        object.text(r#","token":"#, &self.token);
        object.maybe(r#","key_alias":"#, self.key_alias.as_deref());
        object.maybe(r#","user_id":"#, self.user_id.as_deref());
        object.maybe(r#","team_id":"#, self.team_id.as_deref());
        object.maybe(r#","organization_id":"#, self.organization_id.as_deref());
        object.maybe(r#","end_user":"#, self.end_user.as_deref());
        object.some(r#","model":"#, &self.model);
        object.some(r#","model_group":"#, &self.model_group);
        object.some(r#","model_id":"#, &self.model_id);
        object.some(r#","provider":"#, &self.provider);
        object.time(r#","started_at":"#, self.started_at);
        object.end();
    }
}

/// An object being written. Names come with the comma before and the colon behind.
struct Object<'a>(&'a mut Vec<u8>);

impl<'a> Object<'a> {
    fn begin(out: &'a mut Vec<u8>, call_id: &uuid::Uuid) -> Self {
        out.extend_from_slice(br#"{"call_id":""#);
        out.extend_from_slice(call_id.hyphenated().encode_lower(&mut [0; UUID_TEXT]).as_bytes());
        out.push(b'"');
        Self(out)
    }

    fn end(self) {
        self.0.push(b'}');
    }

    fn text(&mut self, name: &str, text: &str) {
        self.0.extend_from_slice(name.as_bytes());
        string(self.0, text);
    }

    fn maybe(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn some(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.text(name, text);
        }
    }

    fn time(&mut self, name: &str, at: Micros) {
        self.0.extend_from_slice(name.as_bytes());
        value(self.0, &at);
    }

    fn unless_default<T: Serialize + Default + PartialEq>(&mut self, name: &str, it: &T) {
        if !is_default(it) {
            self.0.extend_from_slice(name.as_bytes());
            value(self.0, it);
        }
    }

    fn parts(&mut self, name: &str, parts: &[(String, Usd)]) {
        if parts.is_empty() {
            return;
        }
        self.0.extend_from_slice(name.as_bytes());
        for (place, (part, usd)) in parts.iter().enumerate() {
            self.0.extend_from_slice(if place == 0 { b"[[" } else { b",[" });
            string(self.0, part);
            self.0.push(b',');
            value(self.0, usd);
            self.0.push(b']');
        }
        self.0.push(b']');
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().fold(false, |any, byte| any | (byte < 0x20) | (byte == b'"') | (byte == b'\\')) {
        return value(out, text);
    }
    out.reserve(text.len() + 2);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Numbers, texts, and objects whose keys are texts: none of them fails, and neither does memory.
fn value<T: Serialize + ?Sized>(out: &mut Vec<u8>, it: &T) {
    let written = serde_json::to_writer(out, it);
    debug_assert!(written.is_ok());
}

/// Letters of an id.
const UUID_TEXT: usize = 36;

#[cfg(test)]
mod tests {
    use crate::{CallRecord, CallStatus, CostStatus, Micros, Usage, UsageSource, Usd};
    use uuid::Uuid;

    fn written(record: &CallRecord) -> String {
        let mut out = Vec::new();
        record.write_json(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    /// Every member set, with texts that need escaping.
    fn full() -> CallRecord {
        let odd = || Some("a \"quoted\" \\ line\n\u{1}\u{7f}\u{2028}ü".to_owned());
        CallRecord {
            call_id: Uuid::from_u128(7),
            response_id: odd(),
            trace_id: Some(String::new()),
            session_id: odd(),
            call_type: "acompletion".into(),
            endpoint: "/v1/chat/completions".into(),
            stream: true,
            token: "t\"".into(),
            key_alias: Some("".into()),
            user_id: Some("u".into()),
            team_id: Some("team".into()),
            organization_id: Some("o\t".into()),
            end_user: odd(),
            model: "openai/gpt".into(),
            model_group: "gpt".into(),
            model_id: "id".into(),
            provider: "openai".into(),
            api_base: "https://x/v1".into(),
            started_at: Micros(-5),
            first_token_at: Some(Micros(0)),
            ended_at: Micros(i64::MAX),
            overhead_us: u64::MAX,
            usage: Usage { suspect: true, ..Usage::of_text(3, 4) },
            usage_source: UsageSource::Provider,
            cost: Usd::from_nanos(-9),
            cost_parts: vec![("input".to_owned(), Usd::from_nanos(1)), ("o\"".to_owned(), Usd::from_nanos(-10))],
            cost_status: CostStatus::UnknownPrice,
            status: CallStatus::Cancelled,
            http_status: 499,
            error_class: Some("RateLimitError".to_owned()),
            error_message: odd(),
            finish_reason: Some("stop".to_owned()),
            attempted_retries: 1,
            attempted_fallbacks: 2,
            tags: vec!["a".to_owned(), "\"".to_owned()],
            losses: vec!["x=y".to_owned()],
            metadata: Some(r#"{"a":1}"#.to_owned()),
            ip: Some("::1".into()),
            user_agent: odd(),
            refused: true,
        }
    }

    #[test]
    fn is_the_derived_text() {
        for record in [CallRecord::default(), full()] {
            assert_eq!(written(&record), serde_json::to_string(&record).unwrap());
            assert_eq!(serde_json::from_str::<CallRecord>(&written(&record)).unwrap(), record);
        }
    }

    #[test]
    fn an_intent_is_a_record_that_knows_less() {
        let mut out = Vec::new();
        full().write_intent_json(&mut out);
        let read: CallRecord = serde_json::from_slice(&out).unwrap();
        assert_eq!((read.call_id, &read.token, &read.end_user), (full().call_id, &full().token, &full().end_user));
        assert_eq!((read.http_status, &read.ip, read.usage), (0, &None, Usage::default()));
        assert_eq!(serde_json::to_vec(&read).unwrap(), out);
    }
}
