//! What a fetched file is: by what its server says and by its first bytes.
//!
//! Source: WHATWG, "MIME Sniffing", sections 6.1 and 6.2; for HEIC and AVIF ISO/IEC 23008-12, brands of `ftyp`.

/// The media type of a file that a model can be shown; `None` for everything else.
pub(super) fn media_type(said: Option<&str>, bytes: &[u8]) -> Option<String> {
    let said = said.filter(|said| is_media(said)).map(|said| if said == "image/jpg" { "image/jpeg" } else { said });
    match (said, by_bytes(bytes)) {
        _ if bytes.is_empty() => None,
        // Sound and films share their containers: there the server knows better.
        (Some(said), None | Some((_, Certainty::Container))) => Some(said.to_owned()),
        // Vendors refuse a picture that is not what it is said to be.
        (_, Some((seen, _))) => Some(seen.to_owned()),
        (None, None) => None,
    }
}

fn is_media(mime: &str) -> bool {
    mime == "application/pdf" || ["image/", "audio/", "video/"].iter().any(|class| mime.starts_with(class))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Certainty {
    Sure,
    Container,
}

fn by_bytes(bytes: &[u8]) -> Option<(&'static str, Certainty)> {
    let begins = |start: &[u8]| bytes.starts_with(start);
    let at = |from: usize, part: &[u8]| bytes.get(from..from + part.len()) == Some(part);
    let plain: &[(&[u8], &'static str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"ID3", "audio/mpeg"),
        (b"fLaC", "audio/flac"),
    ];
    if let Some((_, mime)) = plain.iter().find(|(start, _)| begins(start)) {
        return Some((mime, Certainty::Sure));
    }
    let riff = begins(b"RIFF");
    match () {
        () if riff && at(8, b"WEBP") => Some(("image/webp", Certainty::Sure)),
        () if riff && at(8, b"WAVE") => Some(("audio/wav", Certainty::Sure)),
        () if at(4, b"ftyp") => Some(brand(bytes.get(8..12).unwrap_or_default())),
        () if begins(b"\x1a\x45\xdf\xa3") => Some(("video/webm", Certainty::Container)),
        () if begins(b"OggS") => Some(("audio/ogg", Certainty::Container)),
        () => None,
    }
}

/// Files of the ISO base format say at once what they hold.
fn brand(brand: &[u8]) -> (&'static str, Certainty) {
    match brand {
        b"avif" | b"avis" => ("image/avif", Certainty::Sure),
        b"heic" | b"heix" | b"heim" | b"heis" => ("image/heic", Certainty::Sure),
        b"mif1" | b"msf1" => ("image/heif", Certainty::Sure),
        b"qt  " => ("video/quicktime", Certainty::Container),
        b"M4A " => ("audio/mp4", Certainty::Container),
        _ => ("video/mp4", Certainty::Container),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_believed_where_bytes_do_not_say_otherwise() {
        let png = b"\x89PNG\r\n\x1a\n....".as_slice();
        let mp4 = b"\0\0\0\x18ftypmp42....".as_slice();
        for (said, bytes, found) in [
            (Some("image/png"), png, Some("image/png")),
            (Some("image/jpeg"), png, Some("image/png")),
            (None, png, Some("image/png")),
            (Some("application/octet-stream"), png, Some("image/png")),
            (Some("text/html"), png, Some("image/png")),
            (Some("image/jpg"), b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (Some("image/jpg"), b"?", Some("image/jpeg")),
            (Some("image/svg+xml"), b"<svg/>", Some("image/svg+xml")),
            (None, b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (None, b"RIFF\0\0\0\0WAVEfmt ", Some("audio/wav")),
            (Some("binary/octet-stream"), b"%PDF-1.7", Some("application/pdf")),
            (Some("image/png"), b"%PDF-1.7", Some("application/pdf")),
            (None, b"\0\0\0\x1cftypavif", Some("image/avif")),
            (Some("audio/mp4"), mp4, Some("audio/mp4")),
            (None, mp4, Some("video/mp4")),
            (Some("audio/webm"), b"\x1a\x45\xdf\xa3", Some("audio/webm")),
            (Some("text/html"), b"<!doctype html>", None),
            (Some("application/json"), b"{}", None),
            (None, b"plain words", None),
            (Some("image/png"), b"", None),
        ] {
            assert_eq!(media_type(said, bytes).as_deref(), found, "{said:?} {bytes:?}");
        }
    }
}
