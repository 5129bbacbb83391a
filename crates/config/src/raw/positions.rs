//! Where the keys and items of a YAML text stand.
//!
//! The YAML library gives values without their places. This index reads the text a second time, line by line, only for
//! its outline: block mappings and sequences by indentation. It need not understand what a scalar means, and what it
//! does not see (inside flow collections, behind aliases) simply takes the place of the nearest key around it.

use std::collections::HashMap;

use super::lex::{Flow, after_dash, after_quote, split_key, strip_properties};

/// The outline of one text. Entry 0 is the whole document.
#[derive(Default)]
pub(super) struct Index {
    entries: Vec<Entry>,
    children: HashMap<(usize, Step), Vec<usize>>,
}

/// One key or item.
pub(super) struct Entry {
    /// From 1.
    pub(super) line: u32,
    /// From 1, in characters.
    pub(super) column: u32,
    /// The value as written, when it may be a number: digits that a binary float would not keep.
    pub(super) digits: Option<Box<str>>,
}

/// One step down the tree.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

impl Index {
    /// Reads the outline of a text. Never fails: a text that is not YAML has some outline too.
    pub(super) fn of(text: &str) -> Self {
        let mut scan = Scan::default();
        scan.index.entries.push(Entry { line: 1, column: 1, digits: None });
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            scan.line(u32::try_from(number + 1).unwrap_or(u32::MAX), line);
        }
        scan.index
    }

    /// The entry of the `repeat`-th (from 0) occurrence of a child.
    pub(super) fn child(&self, parent: usize, step: Step, repeat: usize) -> Option<usize> {
        self.children.get(&(parent, step))?.get(repeat).copied()
    }

    pub(super) fn entry(&self, id: usize) -> Option<&Entry> {
        self.entries.get(id)
    }
}

#[derive(Default)]
struct Scan {
    index: Index,
    /// Open block collections, outermost first, by growing indentation.
    open: Vec<Block>,
    skip: Skip,
}

/// An open block mapping or sequence.
struct Block {
    indent: usize,
    sequence: bool,
    /// The entry whose value this collection is.
    owner: usize,
    /// The entry of the latest key or item.
    latest: usize,
    count: usize,
}

/// Lines that continue a value.
#[derive(Default)]
enum Skip {
    #[default]
    Nothing,
    /// A block or plain scalar: every line that is indented at least so far.
    Indented(usize),
    Quoted(char),
    Flow(Flow),
}

impl Scan {
    fn line(&mut self, number: u32, line: &str) {
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        let blank = body.trim().is_empty();
        match &mut self.skip {
            Skip::Nothing => {}
            Skip::Indented(least) if blank || indent >= *least => return,
            Skip::Indented(_) => self.skip = Skip::Nothing,
            Skip::Quoted(quote) => {
                if after_quote(line, *quote).is_some() {
                    self.skip = Skip::Nothing;
                }
                return;
            }
            Skip::Flow(flow) => {
                if flow.line(line) {
                    self.skip = Skip::Nothing;
                }
                return;
            }
        }
        let marker = indent == 0 && (body.starts_with("---") || body.starts_with("...") || body.starts_with('%'));
        if blank || marker || body.starts_with('#') {
            return;
        }
        let dash = after_dash(body).is_some();
        while self.open.last().is_some_and(|b| b.indent > indent || (b.indent == indent && b.sequence && !dash)) {
            self.open.pop();
        }
        self.content(number, indent, body);
    }

    /// Reads the dashes, the key and the start of the value of one line.
    fn content(&mut self, line: u32, indent: usize, body: &str) {
        let (mut column, mut rest) = (indent, body);
        while let Some(after) = after_dash(strip_properties(rest)) {
            self.add(line, column, true, Step::Item);
            let next = after.trim_start_matches(' ');
            column += rest.len().saturating_sub(next.len());
            rest = next;
        }
        let plain = strip_properties(rest);
        if let Some((key, value)) = split_key(plain).filter(|_| !plain.starts_with("? ")) {
            self.add(line, column, false, |_| Step::Key(key.into_owned()));
            self.value(value);
        } else {
            self.value(plain);
        }
    }

    fn add(&mut self, line: u32, indent: usize, sequence: bool, step: impl FnOnce(usize) -> Step) {
        let owner = self.open.last().map_or(0, |block| block.latest);
        if !self.open.last().is_some_and(|block| block.indent == indent && block.sequence == sequence) {
            self.open.push(Block { indent, sequence, owner, latest: owner, count: 0 });
        }
        let Some(block) = self.open.last_mut() else { return };
        let id = self.index.entries.len();
        let column = u32::try_from(indent + 1).unwrap_or(u32::MAX);
        self.index.entries.push(Entry { line, column, digits: None });
        self.index.children.entry((block.owner, step(block.count))).or_default().push(id);
        block.latest = id;
        block.count += 1;
    }

    /// Looks at the start of a value only to know which lines belong to it.
    fn value(&mut self, text: &str) {
        let text = strip_properties(text.trim());
        let continuation = Skip::Indented(self.open.last().map_or(0, |block| block.indent + 1));
        let mut chars = text.chars();
        self.skip = match chars.next() {
            None | Some('#' | '*') => return,
            Some(quote @ ('"' | '\'')) => match after_quote(chars.as_str(), quote) {
                Some(_) => return,
                None => Skip::Quoted(quote),
            },
            Some('[' | '{') => {
                let mut flow = Flow::default();
                if flow.line(text) {
                    return;
                }
                Skip::Flow(flow)
            }
            Some(first) => {
                if first.is_ascii_digit() || matches!(first, '-' | '+' | '.') {
                    self.digits(text);
                }
                continuation
            }
        };
    }

    fn digits(&mut self, text: &str) {
        let written = text.split(" #").next().unwrap_or_default().trim_end();
        let latest = self.open.last().map_or(0, |block| block.latest);
        if let Some(entry) = self.index.entries.get_mut(latest) {
            entry.digits = Some(written.into());
        }
    }
}

#[cfg(test)]
mod tests;
