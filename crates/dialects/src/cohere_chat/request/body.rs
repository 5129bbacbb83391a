//! The body in the making.

use crate::openai_chat::json;
use bytes::BytesMut;
use serde::Serialize;
use tianji_core::generate::Target;
use tianji_core::{Json, LossClass, Losses};

/// A JSON object that grows member by member.
pub(super) struct Body<'a> {
    pub(super) out: BytesMut,
    /// Names of the members so far: none may come twice.
    written: Vec<String>,
    /// The request came in this dialect.
    pub(super) own: bool,
    pub(super) target: &'a Target<'a>,
    pub(super) losses: &'a mut Losses,
}

impl<'a> Body<'a> {
    /// An object without members.
    pub(super) fn new(own: bool, target: &'a Target<'a>, losses: &'a mut Losses) -> Self {
        let mut out = BytesMut::with_capacity(4096);
        out.extend_from_slice(b"{");
        Self { out, written: Vec::with_capacity(16), own, target, losses }
    }

    /// Begins a member.
    pub(super) fn key(&mut self, name: &str) {
        if !self.written.is_empty() {
            self.out.extend_from_slice(b",");
        }
        json::string(name, &mut self.out);
        self.out.extend_from_slice(b":");
        self.written.push(name.to_owned());
    }

    /// Writes a member.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.key(name);
        json::value(value, &mut self.out);
    }

    /// Writes a member if there is a value.
    pub(super) fn optional<T: Serialize>(&mut self, name: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.value(name, value);
        }
    }

    /// Writes a member unless there is one of that name.
    pub(super) fn once(&mut self, name: &str, raw: &Json) {
        if !self.has(name) {
            self.value(name, raw);
        }
    }

    /// Whether there is a member of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.written.iter().any(|written| written == name)
    }

    /// Whether the operator wants this parameter sent although it is not known here.
    pub(super) fn allows(&self, name: &str) -> bool {
        self.target.allowed_params.iter().any(|allowed| allowed == name)
    }

    /// Writes a parameter that this dialect does not have if the operator wants that, else notes the loss.
    pub(super) fn unsaid(&mut self, name: &str, raw: &Json, class: LossClass) {
        if self.allows(name) {
            self.once(name, raw);
        } else {
            self.losses.push(class, name, "this dialect has no such parameter");
        }
    }

    /// Notes something that is lost without changing what is said.
    pub(super) fn hint(&mut self, path: impl Into<String>, reason: &'static str) {
        self.losses.push(LossClass::Hint, path, reason);
    }
}
