//! Editing a raw object, and putting it together again from as few slices as the edits allow.

use crate::object::{Key, Member, RawObject, Value};
use bytes::{BufMut, Bytes, BytesMut};

impl RawObject {
    /// Sets a member to raw JSON text, in its place; a new one comes last. The text is trusted to be JSON.
    pub fn set_raw(&mut self, key: &str, value: Bytes) {
        self.edited = true;
        let at = self.position(key);
        if let Some(member) = at.and_then(|at| self.members.get_mut(at)) {
            member.value = Value::New(value);
            self.drop_duplicates(key, at);
            return;
        }
        self.members.push(Member { key: Key::New(key.into()), value: Value::New(value) });
    }

    /// Takes a member out; the last one of that name if there are several.
    pub fn remove(&mut self, key: &str) -> Option<Bytes> {
        let at = self.position(key)?;
        let value = match &self.members.get(at)?.value {
            Value::Text(range, _) => self.text.slice(range.clone()),
            Value::New(bytes) => bytes.clone(),
        };
        self.edited = true;
        self.drop_duplicates(key, None);
        Some(value)
    }

    /// Gives a member another name, in its place. If there is one of that name already, it wins and this one goes.
    pub fn rename(&mut self, from: &str, to: &str) {
        if from == to || !self.contains(from) {
            return;
        }
        if self.contains(to) {
            self.remove(from);
            return;
        }
        let at = self.position(from);
        self.edited = true;
        if let Some(member) = at.and_then(|at| self.members.get_mut(at)) {
            member.key = Key::New(to.into());
        }
        self.drop_duplicates(from, None);
    }

    /// The object as one text. Untouched, it is the very text it came in.
    pub fn to_bytes(&self) -> Bytes {
        if !self.edited {
            return self.text.clone();
        }
        let mut whole = BytesMut::with_capacity(self.text.len() + self.added());
        self.write(&mut |piece| match piece {
            Piece::Old(start, end) => whole.put_slice(self.text.get(start..end).unwrap_or_default()),
            Piece::New(bytes) => whole.put_slice(bytes),
        });
        whole.freeze()
    }

    /// The object as few slices: untouched stretches are slices of the text it came in, so that a long body with a
    /// short edit is not copied.
    pub fn to_chunks(&self) -> Vec<Bytes> {
        if !self.edited {
            return vec![self.text.clone()];
        }
        let mut chunks = Vec::with_capacity(4);
        let mut small = BytesMut::with_capacity(256);
        self.write(&mut |piece| match piece {
            Piece::Old(start, end) if end - start > WORTH_A_SLICE => {
                if !small.is_empty() {
                    chunks.push(small.split().freeze());
                }
                chunks.push(self.text.slice(start..end));
            }
            Piece::Old(start, end) => small.put_slice(self.text.get(start..end).unwrap_or_default()),
            Piece::New(bytes) => small.put_slice(bytes),
        });
        if !small.is_empty() {
            chunks.push(small.freeze());
        }
        chunks
    }

    /// Emits the object's pieces in order, with neighbours that were neighbours before as one stretch.
    fn write(&self, emit: &mut dyn FnMut(Piece<'_>)) {
        emit(Piece::New(b"{"));
        let mut run: Option<(usize, usize)> = None;
        let mut first = true;
        for member in &self.members {
            if let (Some((start, end)), Some((next, next_end))) = (run, member.old_span())
                && self.adjacent(end, next)
            {
                run = Some((start, next_end));
                continue;
            }
            if let Some((start, end)) = run.take() {
                emit(Piece::Old(start, end));
            }
            if !std::mem::take(&mut first) {
                emit(Piece::New(b", "));
            }
            match member.old_span() {
                Some(span) => run = Some(span),
                None => self.write_member(member, emit),
            }
        }
        if let Some((start, end)) = run {
            emit(Piece::Old(start, end));
        }
        emit(Piece::New(b"}"));
    }

    fn write_member(&self, member: &Member, emit: &mut dyn FnMut(Piece<'_>)) {
        match &member.key {
            Key::Text(range) | Key::Unescaped(_, range) => emit(Piece::Old(range.start - 1, range.end + 1)),
            // A string always serialises.
            Key::New(key) => emit(Piece::New(&serde_json::to_vec(&**key).unwrap_or_default())),
        }
        emit(Piece::New(b": "));
        match &member.value {
            Value::Text(range, _) => emit(Piece::Old(range.start, range.end)),
            Value::New(bytes) => emit(Piece::New(bytes)),
        }
    }

    /// By how much the text can have grown, in bytes.
    fn added(&self) -> usize {
        let of = |member: &Member| {
            let key = if let Key::New(key) = &member.key { key.len() } else { 0 };
            let value = if let Value::New(value) = &member.value { value.len() } else { 0 };
            key + value + AROUND
        };
        self.members.iter().map(of).sum::<usize>() + AROUND
    }

    /// Whether no member stood between two: then it is the comma and blanks.
    fn adjacent(&self, end: usize, next: usize) -> bool {
        let between = if end <= next { self.text.get(end..next) } else { None };
        between.is_some_and(|between| between.iter().all(|byte| b", \n\r\t".contains(byte)))
    }

    /// Removes all members of a name but the one at `keep`.
    fn drop_duplicates(&mut self, key: &str, keep: Option<usize>) {
        let mut at = 0;
        let mut members = std::mem::take(&mut self.members);
        members.retain(|member| {
            let stays = Some(at) == keep || !self.is_named(member, key);
            at += 1;
            stays
        });
        self.members = members;
    }
}

impl Member {
    /// From the key's opening quote to the value's end, if nothing of it was edited.
    fn old_span(&self) -> Option<(usize, usize)> {
        match (&self.key, &self.value) {
            (Key::Text(key) | Key::Unescaped(_, key), Value::Text(value, _)) => Some((key.start - 1, value.end)),
            _ => None,
        }
    }
}

enum Piece<'a> {
    /// A stretch of the original text.
    Old(usize, usize),
    /// Something new.
    New(&'a [u8]),
}

/// Quotes, colon, comma and blanks around a member.
const AROUND: usize = 6;
/// Stretches shorter than this are copied: a slice of its own costs more.
const WORTH_A_SLICE: usize = 4096;
