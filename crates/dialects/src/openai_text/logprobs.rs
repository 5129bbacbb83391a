//! Log probabilities: lists side by side here (API reference, "The completion object"), a list of tokens in chat ("The
//! chat completion object"), which is the canonical form.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tianji_core::Json;

/// From this dialect's form to chat's. A form that is not known stays as it is.
pub(super) fn to_chat(raw: &Json) -> Json {
    let Ok(lists) = raw.read::<Lists>() else { return raw.clone() };
    let mut tops = lists.top_logprobs.unwrap_or_default().into_iter();
    let mut chances = lists.token_logprobs.into_iter();
    let token = |(token, logprob): (String, Option<f64>)| Token {
        bytes: Some(token.bytes().collect()),
        token,
        logprob: logprob.unwrap_or(0.0),
        top_logprobs: None,
    };
    let content = lists.tokens.into_iter().map(|text| {
        let top = tops.next().flatten().unwrap_or_default();
        let top = top.into_iter().map(token).collect();
        Token { top_logprobs: Some(top), ..token((text, chances.next().flatten())) }
    });
    Json::of(&Tokens { content: content.collect() }).unwrap_or_else(|_| raw.clone())
}

/// From chat's form to this dialect's. `offset` is where the first token stands in the answer's text, in characters;
/// it is moved behind the last one. A form that is not known stays as it is.
pub(super) fn of_chat(raw: &Json, offset: &mut usize) -> Json {
    let Ok(Tokens { content }) = raw.read::<Tokens>() else { return raw.clone() };
    let mut lists = Lists { text_offset: Some(Vec::with_capacity(content.len())), ..Lists::default() };
    let mut tops = Vec::with_capacity(content.len());
    for Token { token, logprob, top_logprobs, .. } in content {
        let top: Chances =
            top_logprobs.unwrap_or_default().into_iter().map(|top| (top.token, Some(top.logprob))).collect();
        tops.push(Some(top));
        if let Some(offsets) = &mut lists.text_offset {
            offsets.push(*offset);
        }
        *offset += token.chars().count();
        lists.token_logprobs.push(Some(logprob));
        lists.tokens.push(token);
    }
    let told = tops.iter().flatten().any(|top| !top.is_empty());
    lists.top_logprobs = told.then_some(tops);
    Json::of(&lists).unwrap_or_else(|_| raw.clone())
}

/// This dialect's form.
#[derive(Default, Deserialize, Serialize)]
struct Lists {
    tokens: Vec<String>,
    /// `null` for the first token of an echoed prompt: nothing comes before it.
    token_logprobs: Vec<Option<f64>>,
    #[serde(default)]
    top_logprobs: Option<Vec<Option<Chances>>>,
    #[serde(default)]
    text_offset: Option<Vec<usize>>,
}

/// Tokens that could have stood in a place, and how likely each was.
type Chances = BTreeMap<String, Option<f64>>;

/// Chat's form.
#[derive(Deserialize, Serialize)]
struct Tokens {
    content: Vec<Token>,
}

#[derive(Deserialize, Serialize)]
struct Token {
    token: String,
    logprob: f64,
    #[serde(default)]
    bytes: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<Vec<Token>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let chat = Json::parse(
            r#"{"content":[{"token":"ä","logprob":-0.5,"bytes":[195,164],"top_logprobs":[{"token":"b","logprob":-1.5,"bytes":[98]}]},{"token":" c","logprob":-0.25,"bytes":[32,99],"top_logprobs":[]}]}"#,
        )
        .unwrap();
        let mut offset = 7;
        let text = of_chat(&chat, &mut offset);
        assert_eq!(
            text.text(),
            r#"{"tokens":["ä"," c"],"token_logprobs":[-0.5,-0.25],"top_logprobs":[{"b":-1.5},{}],"text_offset":[7,8]}"#
        );
        assert_eq!(offset, 10);
        assert_eq!(to_chat(&text), chat);
    }

    #[test]
    fn without_alternatives_and_before_everything() {
        let text = Json::parse(r#"{"tokens":["a"],"token_logprobs":[null],"top_logprobs":null}"#).unwrap();
        let chat = to_chat(&text);
        assert_eq!(chat.text(), r#"{"content":[{"token":"a","logprob":0.0,"bytes":[97],"top_logprobs":[]}]}"#);
        let unknown = Json::parse(r#"{"x":1}"#).unwrap();
        assert_eq!((to_chat(&unknown), of_chat(&unknown, &mut 0)), (unknown.clone(), unknown));
    }
}
