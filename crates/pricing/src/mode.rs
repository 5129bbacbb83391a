//! What a model is for.

/// The `mode` of a catalogue entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Chat, and every entry that says nothing.
    #[default]
    Chat,
    /// Speech to text.
    AudioTranscription,
    /// Text to speech.
    AudioSpeech,
    /// Text completion.
    Completion,
    /// Vectors.
    Embedding,
    /// Quality scores.
    Evaluation,
    /// Fields out of documents.
    Extraction,
    /// Content checks.
    Guardrail,
    /// Pictures out of pictures.
    ImageEdit,
    /// Pictures out of text.
    ImageGeneration,
    /// Content classes.
    Moderation,
    /// Text out of documents.
    Ocr,
    /// Speech sessions.
    Realtime,
    /// Order of documents.
    Rerank,
    /// OpenAI's Responses only.
    Responses,
    /// Web search.
    Search,
    /// Search in a store of vectors.
    VectorStore,
    /// Films.
    VideoGeneration,
}

impl Mode {
    /// From the catalogue's word; `None` if it is not known.
    pub fn parse(word: &str) -> Option<Self> {
        ALL.iter().find(|(known, _)| *known == word).map(|(_, mode)| *mode)
    }

    /// The catalogue's word.
    pub fn word(self) -> &'static str {
        ALL.iter().find(|(_, mode)| *mode == self).map_or("chat", |(word, _)| word)
    }
}

const ALL: &[(&str, Mode)] = &[
    ("audio_speech", Mode::AudioSpeech),
    ("audio_transcription", Mode::AudioTranscription),
    ("chat", Mode::Chat),
    ("completion", Mode::Completion),
    ("embedding", Mode::Embedding),
    ("evaluation", Mode::Evaluation),
    ("extraction", Mode::Extraction),
    ("guardrail", Mode::Guardrail),
    ("image_edit", Mode::ImageEdit),
    ("image_generation", Mode::ImageGeneration),
    ("moderation", Mode::Moderation),
    ("ocr", Mode::Ocr),
    ("realtime", Mode::Realtime),
    ("rerank", Mode::Rerank),
    ("responses", Mode::Responses),
    ("search", Mode::Search),
    ("vector_store", Mode::VectorStore),
    ("video_generation", Mode::VideoGeneration),
];
