//! Single-line lexing for the position index: keys, dashes, quotes, flow brackets.

use std::borrow::Cow;

/// The text after a sequence dash, if the line part starts with one.
pub(super) fn after_dash(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('-')?;
    (rest.is_empty() || rest.starts_with(' ')).then_some(rest)
}

/// Splits `key: value`; `None` when the text is no key of a block mapping.
pub(super) fn split_key(text: &str) -> Option<(Cow<'_, str>, &str)> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => {
            let inner = text.get(1..)?;
            let rest = after_quote(inner, quote)?;
            let length = inner.len().checked_sub(rest.len() + 1)?;
            let value = rest.trim_start_matches(' ').strip_prefix(':')?;
            if !(value.is_empty() || value.starts_with([' ', '\t'])) {
                return None;
            }
            Some((unquote(inner.get(..length)?, quote), value))
        }
        '[' | '{' | '#' | '*' | '|' | '>' | '%' | '@' | '`' | ',' | ']' | '}' => None,
        _ => {
            let mut previous = ' ';
            for (at, c) in text.char_indices() {
                if c == '#' && previous == ' ' {
                    return None;
                }
                if c == ':' {
                    let value = text.get(at + 1..)?;
                    if value.is_empty() || value.starts_with([' ', '\t']) {
                        return Some((text.get(..at)?.trim_end().into(), value));
                    }
                }
                previous = c;
            }
            None
        }
    }
}

/// The text after the closing quote, `None` when the text ends inside the quotes.
pub(super) fn after_quote(text: &str, quote: char) -> Option<&str> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            if quote == '\'' && chars.next_if(|(_, next)| *next == '\'').is_some() {
                continue;
            }
            return text.get(at + 1..);
        }
    }
    None
}

/// The text without leading anchors (`&a`) and tags (`!!str`).
pub(super) fn strip_properties(mut text: &str) -> &str {
    while text.starts_with(['&', '!']) {
        let rest = text.split_once(' ').map_or("", |(_, rest)| rest);
        text = rest.trim_start_matches(' ');
    }
    text
}

/// Where a flow collection (`[…]`, `{…}`) stands that may go over several lines.
#[derive(Default)]
pub(super) struct Flow {
    depth: usize,
    quote: Option<char>,
}

impl Flow {
    /// Reads one line; true when the collection is closed.
    pub(super) fn line(&mut self, line: &str) -> bool {
        let mut rest = line;
        if let Some(quote) = self.quote {
            let Some(after) = after_quote(rest, quote) else { return false };
            self.quote = None;
            rest = after;
        }
        // A quote opens a text only at the start of a token: not in `it's`.
        let (mut token_start, mut after_space) = (true, true);
        loop {
            let mut chars = rest.chars();
            let Some(c) = chars.next() else { return false };
            rest = chars.as_str();
            match c {
                '#' if after_space => return false,
                '"' | '\'' if token_start => match after_quote(rest, c) {
                    Some(after) => rest = after,
                    None => {
                        self.quote = Some(c);
                        return false;
                    }
                },
                '[' | '{' => self.depth += 1,
                ']' | '}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return true;
                    }
                }
                _ => {}
            }
            after_space = matches!(c, ' ' | '\t');
            token_start = matches!(c, '[' | '{' | ',' | ':') || (token_start && after_space);
        }
    }
}

/// A quoted key's text. Escapes beyond the one-letter ones are rare in keys; they only cost the position.
fn unquote(text: &str, quote: char) -> Cow<'_, str> {
    if quote == '\'' {
        return if text.contains("''") { text.replace("''", "'").into() } else { text.into() };
    }
    if !text.contains('\\') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(other) => other,
                None => break,
            },
            other => other,
        });
    }
    out.into()
}
