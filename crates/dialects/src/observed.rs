//! What a reply showed while it passed: enough to meter and to record it.

use tianji_core::generate::FinishReason;
use tianji_core::{Usage, Usd};

/// Facts gathered from a reply or a stream.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The provider's id of the reply.
    pub response_id: Option<String>,
    /// The model's own name.
    pub model: Option<String>,
    /// What was consumed, the last report.
    pub usage: Option<Usage>,
    /// Why the first answer ended.
    pub finish: Option<FinishReason>,
    /// The stream's terminator was seen: nothing that matters follows.
    pub ended: bool,
    /// Bytes of generated text, thought and arguments, for estimates where no usage comes.
    pub output_bytes: u64,
    /// The service tier that served.
    pub service_tier: Option<String>,
    /// Resolution or size class of pictures and films.
    pub resolution: Option<String>,
    /// What the vendor says the call cost.
    pub reported_cost: Option<Usd>,
}
