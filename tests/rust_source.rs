//! A light reading of Rust source: which bytes are code, where functions begin and end, where the tests start.
//!
//! It knows comments, strings and character literals, and counts brackets. It does not parse: a macro that builds
//! functions from unbalanced pieces would confuse it, and such a macro has no place here.

/// A function with a body, as found by [`functions`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of the keyword `fn`, counted from 1.
    pub line: usize,
    /// Lines from the keyword to the closing brace, both included.
    pub lines: usize,
}

/// The source with the content of comments, strings and character literals replaced by spaces. Line breaks stay, so
/// that line numbers stay true.
#[must_use]
pub fn mask(source: &str) -> String {
    let mut masked = String::with_capacity(source.len());
    let mut rest = source;
    let mut previous = ' ';
    while let Some(first) = rest.chars().next() {
        let text = text_length(rest, previous);
        let (taken, tail) = split(rest, text.unwrap_or(first.len_utf8()));
        if text.is_some() {
            masked.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            previous = ' ';
        } else {
            masked.push(first);
            previous = first;
        }
        rest = tail;
    }
    masked
}

/// Every function with a body in masked source (see [`mask`]), in order. A nested function counts for itself and
/// within the function around it; a closure only within the function around it.
#[must_use]
pub fn functions(masked: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, keyword) in masked.match_indices("fn ") {
        let (before, from) = split(masked, at);
        if before.ends_with(is_identifier) {
            continue;
        }
        let (_, after) = split(from, keyword.len());
        let name: String = after.trim_start().chars().take_while(|c| is_identifier(*c)).collect();
        if name.is_empty() {
            continue;
        }
        if let Some(length) = item_length(from) {
            let (item, _) = split(from, length);
            found.push(Function { name, line: newlines(before) + 1, lines: newlines(item) + 1 });
        }
    }
    found
}

/// The part of the source that ships: everything before a `#[cfg(test)] mod … { … }` that ends the file.
#[must_use]
pub fn production_part(source: &str) -> &str {
    // Masking keeps characters, not bytes, so the mark is found by its line.
    let masked = mask(source);
    for (at, mark) in masked.match_indices(TEST_MARK) {
        let (before, from) = split(&masked, at);
        let (_, after) = split(from, mark.len());
        let module = skip_attributes(after);
        let ends_the_file = module.starts_with("mod ")
            && item_length(module).is_some_and(|length| split(module, length).1.trim().is_empty());
        if ends_the_file {
            return first_lines(source, newlines(before)).trim_end();
        }
    }
    source.trim_end()
}

/// Length in bytes of the comment, string or character literal that `rest` starts with, if it starts with one.
/// `previous` is the character of code before it.
fn text_length(rest: &str, previous: char) -> Option<usize> {
    match rest.chars().next()? {
        '/' => line_comment(rest).or_else(|| block_comment(rest)),
        '"' => Some(string(rest)),
        '\'' => character(rest),
        'r' | 'b' | 'c' if !is_identifier(previous) => raw_string(rest),
        _ => None,
    }
}

fn line_comment(rest: &str) -> Option<usize> {
    rest.starts_with("//").then(|| rest.find('\n').unwrap_or(rest.len()))
}

fn block_comment(rest: &str) -> Option<usize> {
    if !rest.starts_with("/*") {
        return None;
    }
    let mut depth = 0_usize;
    let mut characters = rest.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match (c, next) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth = depth.saturating_sub(1),
            _ => continue,
        }
        characters.next();
        if depth == 0 {
            return Some(at + 2);
        }
    }
    Some(rest.len())
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn raw_string(rest: &str) -> Option<usize> {
    let body = ["r", "br", "cr"].iter().find_map(|prefix| rest.strip_prefix(prefix))?;
    let opened = body.trim_start_matches('#');
    let content = opened.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(body.len() - opened.len()));
    let length = content.find(&end).map_or(content.len(), |at| at + end.len());
    Some(rest.len() - content.len() + length)
}

/// A character literal; a lifetime or a loop label starts alike and is code.
fn character(rest: &str) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    let (_, first) = characters.next()?;
    if first == '\\' {
        characters.next()?;
        return characters.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    let (at, second) = characters.next()?;
    (second == '\'').then_some(at + 1)
}

/// Length of an item from its keyword to the brace that closes its body; `None` where it has no body.
fn item_length(from: &str) -> Option<usize> {
    let mut open = Vec::new();
    for (at, c) in from.char_indices() {
        match c {
            '(' | '[' | '{' => open.push(c),
            ')' | ']' => {
                open.pop();
            }
            '}' => {
                open.pop()?;
                if open.is_empty() {
                    return Some(at + 1);
                }
            }
            ';' if open.is_empty() => return None,
            _ => {}
        }
    }
    None
}

fn skip_attributes(mut rest: &str) -> &str {
    loop {
        rest = rest.trim_start();
        let Some(attribute) = rest.strip_prefix("#[") else {
            return rest;
        };
        let mut depth = 1_usize;
        let end = attribute.find(|c| {
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        rest = split(attribute, end.map_or(attribute.len(), |at| at + 1)).1;
    }
}

fn first_lines(source: &str, count: usize) -> &str {
    let length = source.split_inclusive('\n').take(count).map(str::len).sum();
    split(source, length).0
}

fn split(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

fn is_identifier(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

const TEST_MARK: &str = "#[cfg(test)]";

#[cfg(test)]
mod tests;
