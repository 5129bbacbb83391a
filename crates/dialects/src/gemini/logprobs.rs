//! Log probabilities: this vendor's lists beside each other, and OpenAI's one list (Gemini API reference,
//! `LogprobsResult`; OpenAI API reference, "The chat completion object", `logprobs`).

use serde::{Deserialize, Serialize};
use serde_json::Number;
use tianji_core::Json;

/// From this vendor's form to OpenAI's.
pub(super) fn to_openai(raw: &Json) -> Option<Json> {
    let result: Result = raw.read().ok()?;
    let mut tops = result.top_candidates.into_iter();
    let content = result.chosen_candidates.into_iter().map(|chosen| Position {
        top_logprobs: tops.next().map(|top| top.candidates.into_iter().map(Token::of).collect()).unwrap_or_default(),
        token: Token::of(chosen),
    });
    Json::of(&OpenAi { content: content.collect() }).ok()
}

/// From OpenAI's form to this vendor's.
pub(super) fn from_openai(raw: &Json) -> Option<Json> {
    let OpenAi { content } = raw.read().ok()?;
    let (mut chosen_candidates, mut top_candidates) = (Vec::new(), Vec::new());
    for position in content {
        let candidates = position.top_logprobs.into_iter().map(Candidate::of).collect();
        top_candidates.push(Top { candidates });
        chosen_candidates.push(Candidate::of(position.token));
    }
    Json::of(&Result { chosen_candidates, top_candidates }).ok()
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Result {
    #[serde(default, alias = "chosen_candidates")]
    chosen_candidates: Vec<Candidate>,
    #[serde(default, alias = "top_candidates")]
    top_candidates: Vec<Top>,
}

#[derive(Deserialize, Serialize)]
struct Top {
    #[serde(default)]
    candidates: Vec<Candidate>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    token: String,
    #[serde(default, alias = "log_probability")]
    log_probability: Option<Number>,
}

#[derive(Deserialize, Serialize)]
struct OpenAi {
    #[serde(default)]
    content: Vec<Position>,
}

#[derive(Deserialize, Serialize)]
struct Position {
    #[serde(flatten)]
    token: Token,
    #[serde(default)]
    top_logprobs: Vec<Token>,
}

#[derive(Deserialize, Serialize)]
struct Token {
    token: String,
    logprob: Option<Number>,
    #[serde(default)]
    bytes: Option<Vec<u8>>,
}

impl Token {
    fn of(candidate: Candidate) -> Self {
        let bytes = Some(candidate.token.clone().into_bytes());
        Self { token: candidate.token, logprob: candidate.log_probability, bytes }
    }
}

impl Candidate {
    fn of(token: Token) -> Self {
        Self { token: token.token, log_probability: token.logprob }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_both_ways() {
        let text = r#"{"chosenCandidates":[{"token":"é","logProbability":-0.5}],"topCandidates":[{"candidates":[{"token":"é","logProbability":-0.5},{"token":"b","logProbability":-2}]}]}"#;
        let openai = to_openai(&Json::parse(text).unwrap()).unwrap();
        assert_eq!(
            openai.text(),
            r#"{"content":[{"token":"é","logprob":-0.5,"bytes":[195,169],"top_logprobs":[{"token":"é","logprob":-0.5,"bytes":[195,169]},{"token":"b","logprob":-2,"bytes":[98]}]}]}"#
        );
        assert_eq!(from_openai(&openai).unwrap().text(), text);
    }
}
