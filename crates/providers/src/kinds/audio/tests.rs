use super::seconds;
use proptest::prelude::*;

fn wav(rate: u32, data: u32, declared: u32) -> Vec<u8> {
    let mut out = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
    out.extend(8000_u32.to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend(b"\x02\0\x10\0data");
    out.extend(declared.to_le_bytes());
    out.resize(out.len() + data as usize, 0);
    out
}

#[test]
fn wav_counts_its_data() {
    let file = wav(16_000, 40_000, 40_000);
    assert_eq!(seconds(&file, file.len() as u64), Some(2.5));
    let open = wav(16_000, 8000, u32::MAX);
    assert_eq!(seconds(&open, open.len() as u64), Some(0.5), "a stream's size is open");
    let head = file.get(..60).unwrap();
    assert_eq!(seconds(head, file.len() as u64), Some(2.5), "the head is enough");
}

#[test]
fn flac_says_its_samples() {
    let mut file = b"fLaC\0\0\0\x22".to_vec();
    file.extend([0; 10]);
    file.extend((44_100_u64 << 44 | 15 << 36 | 441_000).to_be_bytes());
    assert_eq!(seconds(&file, 1 << 20), Some(10.0));
}

#[test]
fn mp3_by_rate_and_by_count() {
    let mut file = b"ID3\x04\0\0\0\0\0\x05abcde".to_vec();
    file.extend([0xFF, 0xFB, 0x90, 0x00]);
    assert_eq!(seconds(&file, 15 + 160_000), Some(10.0), "128 kbit/s");
    file.extend([0; 32]);
    file.extend(b"Xing\0\0\0\x01\0\0\x03\xE8");
    let time = seconds(&file, 15 + 160_000).unwrap();
    assert!((time - 26.122).abs() < 0.001, "1000 frames of 1152 samples: {time}");
}

fn page(position: u64, body: &[u8]) -> Vec<u8> {
    let mut out = b"OggS\0\x02".to_vec();
    out.extend(position.to_le_bytes());
    out.extend([0; 13]);
    out.extend(body);
    out
}

#[test]
fn ogg_ends_at_its_last_position() {
    let mut opus = page(0, b"OpusHead\x01\x01\x38\x01\x80\xBB\0\0\0\0\0");
    opus.extend(page(48_000 + 312, &[0; 100]));
    let half = opus.len() as u64;
    opus.extend(page(96_000 + 312, b""));
    assert_eq!(seconds(&opus, opus.len() as u64), Some(2.0));
    let paced = seconds(&opus, half * 10).unwrap();
    assert!((paced - 20.0).abs() < 0.01, "{paced}");
    let mut vorbis = page(0, b"\x01vorbis\0\0\0\0\x02\x44\xAC\0\0");
    vorbis.extend(page(44_100, b""));
    assert_eq!(seconds(&vorbis, vorbis.len() as u64), Some(1.0));
}

#[test]
fn m4a_and_webm_say_it() {
    let mut movie = b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\x24moov\0\0\0\x1Cmvhd\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    movie.extend(1000_u32.to_be_bytes());
    movie.extend(2500_u32.to_be_bytes());
    assert_eq!(seconds(&movie, 1 << 20), Some(2.5));
    let mut webm = b"\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x15\x49\xA9\x66\x92".to_vec();
    webm.extend(b"\x2A\xD7\xB1\x83\x0F\x42\x40\x44\x89\x88");
    webm.extend(3500_f64.to_be_bytes());
    assert_eq!(seconds(&webm, 1 << 20), Some(3.5));
}

#[test]
fn what_is_no_recording_has_no_length() {
    for text in [&b""[..], b"RIFF", b"{\"a\":1}", b"ID3", b"OggS", b"fLaC", b"\x1A\x45\xDF\xA3"] {
        assert_eq!(seconds(text, text.len() as u64), None, "{text:?}");
    }
}

proptest! {
    /// Torn and senseless files may have no length, but never stop the reader.
    #[test]
    fn any_bytes_are_read(kind in 0_usize..8, mut text in prop::collection::vec(any::<u8>(), 12..400), whole in any::<u64>()) {
        let magic: [&[u8]; 8] = [
            b"RIFF\0\0\0\0WAVE", b"fLaC", b"OggS", b"\0\0\0\x08ftyp\0\0\0\x01", b"\x1A\x45\xDF\xA3\x80\x18\x53\x80\x67",
            b"ID3\x04\0\0\0\0\0\0", b"\xFF\xFB", b"",
        ];
        text.splice(0..0, magic.get(kind).unwrap().iter().copied());
        let time = seconds(&text, whole);
        prop_assert!(time.is_none_or(|time| !time.is_sign_negative() || time.is_nan() || kind == 4));
    }
}
