//! A stream gives the same events however it is cut; the first byte of the input says how.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use tianji_wire::{LineSplitter, SseFrame, SseSplitter, WireError};

fuzz_target!(|input: &[u8]| {
    let Some((size, text)) = input.split_first() else { return };
    let size = usize::from(*size).max(1);
    for max in [32, usize::MAX] {
        assert_eq!(events(text, size, max), events(text, usize::MAX, max));
        assert_eq!(lines(text, size, max), lines(text, usize::MAX, max));
    }
});

fn events(text: &[u8], size: usize, max: usize) -> (Vec<SseFrame>, Result<(), WireError>) {
    let mut splitter = SseSplitter::new(max);
    let mut found = Vec::new();
    let mut read = || {
        for chunk in text.chunks(size) {
            splitter.push(Bytes::copy_from_slice(chunk));
            while let Some(frame) = splitter.next_frame()? {
                found.push(frame);
            }
        }
        while let Some(frame) = splitter.finish()? {
            found.push(frame);
        }
        Ok(())
    };
    let end = read();
    (found, end)
}

fn lines(text: &[u8], size: usize, max: usize) -> (Vec<Bytes>, Result<(), WireError>) {
    let mut splitter = LineSplitter::new(max);
    let mut found = Vec::new();
    let mut read = || {
        for chunk in text.chunks(size) {
            splitter.push(Bytes::copy_from_slice(chunk));
            while let Some(line) = splitter.next_frame()? {
                found.push(line);
            }
        }
        while let Some(line) = splitter.finish()? {
            found.push(line);
        }
        Ok(())
    };
    let end = read();
    (found, end)
}
