//! Formats of pictures, documents, sound and films, and names of documents.
//!
//! Source: API reference, `ImageBlock`, `DocumentBlock`, `AudioBlock`, `VideoBlock`.

/// The format of a picture.
pub(super) fn image_format(mime: &str) -> Option<&'static str> {
    format_of(IMAGES, mime)
}

/// The format of a document, by its media type or else by the ending of its name.
pub(super) fn document_format(mime: &str, name: Option<&str>) -> Option<&'static str> {
    let ending = || name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    format_of(DOCUMENTS, mime).or_else(|| {
        let ending = ending()?;
        DOCUMENTS.iter().find(|(_, format)| *format == ending).map(|(_, format)| *format)
    })
}

/// The format of a film.
pub(super) fn video_format(mime: &str) -> Option<&'static str> {
    format_of(VIDEOS, mime)
}

/// The media type of a format that this dialect gave; formats that are unknown here keep their name.
pub(super) fn mime_of(kind: &str, format: &str) -> String {
    let known = match kind {
        "image" => IMAGES,
        "document" => DOCUMENTS,
        _ => VIDEOS,
    };
    let found = known.iter().find(|(_, known)| *known == format).map(|(mime, _)| (*mime).to_owned());
    found.unwrap_or_else(|| match kind {
        "document" => format!("application/{format}"),
        kind => format!("{kind}/{format}"),
    })
}

/// A document's name as the vendor takes it: letters, digits, hyphens, brackets and single blanks; not one of `taken`.
pub(super) fn document_name(wanted: Option<&str>, taken: &[String]) -> String {
    let wanted = wanted.unwrap_or_default();
    let stem = match wanted.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= LONGEST_ENDING => stem,
        _ => wanted,
    };
    let mut name = String::with_capacity(stem.len());
    for letter in stem.chars() {
        let letter = match letter {
            letter if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '(' | ')' | '[' | ']') => letter,
            letter if letter.is_whitespace() => ' ',
            _ => '-',
        };
        if letter != ' ' || !(name.is_empty() || name.ends_with(' ')) {
            name.push(letter);
        }
        if name.len() == LONGEST_NAME {
            break;
        }
    }
    let name = name.trim();
    let name = if name.is_empty() { "Document" } else { name };
    let mut numbered = (2..).map(|number: u32| format!("{name} ({number})"));
    if taken.iter().any(|other| other == name) {
        numbered.find(|name| !taken.contains(name)).unwrap_or_default()
    } else {
        name.to_owned()
    }
}

fn format_of(known: &[(&str, &'static str)], mime: &str) -> Option<&'static str> {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    known.iter().find(|(name, _)| name.eq_ignore_ascii_case(mime)).map(|(_, format)| *format)
}

/// Of several media types for a format the first is the registered one.
const IMAGES: &[(&str, &str)] = &[
    ("image/png", "png"),
    ("image/jpeg", "jpeg"),
    ("image/jpg", "jpeg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
];

const DOCUMENTS: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("text/csv", "csv"),
    ("application/msword", "doc"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("text/html", "html"),
    ("text/plain", "txt"),
    ("text/markdown", "md"),
];

const VIDEOS: &[(&str, &str)] = &[
    ("video/mp4", "mp4"),
    ("video/x-matroska", "mkv"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("video/x-flv", "flv"),
    ("video/mpeg", "mpeg"),
    ("video/mpg", "mpg"),
    ("video/x-ms-wmv", "wmv"),
    ("video/wmv", "wmv"),
    ("video/3gpp", "three_gp"),
];

/// Longest name of a document, less room for a number.
const LONGEST_NAME: usize = 180;
/// Longest ending that is cut off a file's name.
const LONGEST_ENDING: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_different() {
        let mut taken: Vec<String> = Vec::new();
        for (wanted, name) in [
            (Some("Report: Q1/2.pdf"), "Report- Q1-2"),
            (Some("a   b\t c.d.txt"), "a b c-d"),
            (None, "Document"),
            (Some(""), "Document (2)"),
            (Some("  .pdf"), "Document (3)"),
            (Some("résumé (1)[x].docx"), "r-sum- (1)[x]"),
            (Some("a b c-d"), "a b c-d (2)"),
        ] {
            let found = document_name(wanted, &taken);
            assert_eq!(found, name, "{wanted:?}");
            taken.push(found);
        }
        assert!(document_name(Some(&"é".repeat(400)), &[]).len() <= 200);
    }

    #[test]
    fn formats_come_back_as_media_types() {
        for (kind, known) in [("image", IMAGES), ("document", DOCUMENTS), ("video", VIDEOS)] {
            for (_, format) in known {
                assert_eq!(format_of(known, &mime_of(kind, format)), Some(*format));
            }
        }
        assert_eq!(image_format("IMAGE/JPG; x=1"), Some("jpeg"));
        assert_eq!(document_format("application/octet-stream", Some("x.MD")), Some("md"));
        assert_eq!(document_format("application/zip", Some("x.zip")), None);
    }
}
