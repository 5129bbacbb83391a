//! Media types and addresses of pictures, films, recordings and documents.
//!
//! Sources: Gemini API docs, "Image understanding", "Audio understanding", "Video understanding", "Document
//! understanding", "Files API".

/// The media type of recorded sound in one of OpenAI's formats.
pub(super) fn audio_type(format: &str) -> String {
    match format {
        "" => "audio/wav".to_owned(),
        known if known.contains('/') => known.to_owned(),
        format => format!("audio/{format}"),
    }
}

/// OpenAI's name of a sound format.
pub(crate) fn audio_format(mime: &str) -> String {
    let plain = mime.split(';').next().unwrap_or(mime).trim();
    match plain {
        "audio/mpeg" | "audio/mp3" => "mp3".to_owned(),
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav".to_owned(),
        // Raw samples say their rate in a parameter, which must stay.
        _ if mime.contains(';') => mime.to_owned(),
        plain => plain.strip_prefix("audio/").unwrap_or(plain).to_owned(),
    }
}

/// The media type that an address's ending stands for.
pub(super) fn type_of_address(address: &str) -> Option<&'static str> {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    TYPES.iter().find(|(known, _)| *known == ending).map(|(_, mime)| *mime)
}

/// Whether the vendor knows the type of what is behind an address by itself: its own files, and films on YouTube.
pub(super) fn is_known_to_vendor(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.strip_prefix("www.").unwrap_or(host);
    matches!(host, "youtube.com" | "m.youtube.com" | "youtu.be")
        || (host == FILES_HOST && path.contains("files/"))
        || address.starts_with("files/")
}

/// Whether the vendor fetches from such an address: buckets, its own files, and the public web over TLS.
pub(super) fn is_fetched(address: &str) -> bool {
    address.starts_with("gs://") || address.starts_with("https://") || is_files_id(address)
}

/// Whether it is the name of a file of the vendor's Files API.
pub(super) fn is_files_id(id: &str) -> bool {
    id.strip_prefix("files/").is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

/// The address of such a file, which is how requests name it.
pub(super) fn files_address(id: &str) -> String {
    format!("https://{FILES_HOST}/v1beta/{id}")
}

const FILES_HOST: &str = "generativelanguage.googleapis.com";

/// Endings that the vendor's pages list, and what they stand for.
const TYPES: &[(&str, &str)] = &[
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("bmp", "image/bmp"),
    ("pdf", "application/pdf"),
    ("json", "application/json"),
    ("txt", "text/plain"),
    ("md", "text/md"),
    ("csv", "text/csv"),
    ("html", "text/html"),
    ("xml", "text/xml"),
    ("css", "text/css"),
    ("js", "text/javascript"),
    ("rtf", "text/rtf"),
    ("wav", "audio/wav"),
    ("mp3", "audio/mp3"),
    ("aiff", "audio/aiff"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("flac", "audio/flac"),
    ("m4a", "audio/m4a"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("mpg", "video/mpg"),
    ("mov", "video/mov"),
    ("avi", "video/avi"),
    ("flv", "video/x-flv"),
    ("webm", "video/webm"),
    ("wmv", "video/wmv"),
    ("3gp", "video/3gpp"),
    ("3gpp", "video/3gpp"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_types() {
        for (address, mime) in [
            ("gs://bucket/a.PNG", Some("image/png")),
            ("https://host/x/a.jpg?size=1.gif", Some("image/jpeg")),
            ("https://host/v1.2/picture", None),
            ("https://host", None),
            ("https://host/doc.pdf#page=2", Some("application/pdf")),
        ] {
            assert_eq!(type_of_address(address), mime, "{address}");
        }
    }

    #[test]
    fn the_vendor_knows_its_own() {
        for (address, known, fetched) in [
            ("https://www.youtube.com/watch?v=x", true, true),
            ("https://youtu.be/x", true, true),
            ("https://generativelanguage.googleapis.com/v1beta/files/abc", true, true),
            ("files/abc", true, true),
            ("https://example.com/a.png", false, true),
            ("https://notyoutube.com/x", false, true),
            ("http://10.0.0.1/x.png", false, false),
            ("gs://b/x", false, true),
            ("file:///etc/passwd", false, false),
        ] {
            assert_eq!((is_known_to_vendor(address), is_fetched(address)), (known, fetched), "{address}");
        }
    }

    #[test]
    fn sound_formats_go_both_ways() {
        for format in ["wav", "mp3", "flac", "audio/L16;rate=24000"] {
            assert_eq!(audio_format(&audio_type(format)), format);
        }
        assert_eq!(audio_format("audio/mpeg"), "mp3");
    }
}
