//! Tokens of pictures and documents, from their size alone.

/// How detailed a picture is looked at (OpenAI's `detail`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageDetail {
    /// `low`
    Low,
    /// `auto` and `high`
    #[default]
    High,
}

/// Whose rule counts pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageRule {
    /// OpenAI, "Images and vision": 85 tokens and 170 per tile of 512 × 512 after fitting into 2048 × 2048 and a short
    /// side of 768.
    OpenAi,
    /// Anthropic, "Vision": width × height / 750, after fitting to a long side of 1568 and about 1600 tokens.
    Claude,
    /// Gemini API, "Understand and count tokens": 258 per tile of 768 × 768, one tile for small pictures.
    Gemini,
}

impl ImageRule {
    /// Tokens of a picture of a width and height in pixels; of the usual picture if the size is not known.
    pub fn tokens(self, size: Option<(u32, u32)>, detail: ImageDetail) -> u64 {
        if self == Self::OpenAi && detail == ImageDetail::Low {
            return OPENAI_BASE;
        }
        let Some((width, height)) = size.filter(|(width, height)| *width > 0 && *height > 0) else {
            return UNKNOWN;
        };
        let size = (u64::from(width), u64::from(height));
        match self {
            Self::OpenAi => {
                let (width, height) = fit(size, size.0.max(size.1), 2048);
                let (width, height) = fit((width, height), width.min(height), 768);
                OPENAI_BASE + 170 * width.div_ceil(512) * height.div_ceil(512)
            }
            Self::Claude => {
                let (width, height) = fit(size, size.0.max(size.1), 1568);
                (width * height).div_ceil(750).min(1600)
            }
            Self::Gemini if size.0 <= 384 && size.1 <= 384 => GEMINI_TILE,
            Self::Gemini => GEMINI_TILE * size.0.div_ceil(768) * size.1.div_ceil(768),
        }
    }
}

/// Tokens of a PDF by its pages: Anthropic, "PDF support", gives 1500 to 3000 a page.
pub const fn pdf_tokens(pages: u64) -> u64 {
    pages.saturating_mul(1500)
}

/// Scales a size down so that `side` is at most `most`.
fn fit((width, height): (u64, u64), side: u64, most: u64) -> (u64, u64) {
    if side <= most {
        return (width, height);
    }
    ((width * most / side).max(1), (height * most / side).max(1))
}

const OPENAI_BASE: u64 = 85;

const GEMINI_TILE: u64 = 258;

/// The reference proxy's `DEFAULT_IMAGE_TOKEN_COUNT`.
const UNKNOWN: u64 = 250;
