//! The order in which events of a stream may come.

use std::collections::BTreeMap;
use tianji_core::generate::StreamEvent;

/// Checks that a stream begins once and first, that parts grow only while they are open, that their numbers ascend, and
/// that nothing follows an error.
pub(crate) fn are_in_order(events: &[StreamEvent]) {
    let mut begun = false;
    let mut failed = false;
    // Of each answer the parts, and whether they are open.
    let mut parts: BTreeMap<u32, BTreeMap<u32, bool>> = BTreeMap::new();
    for event in events {
        assert!(!failed, "after an error: {event:?} in {events:#?}");
        match event {
            StreamEvent::Start { .. } => assert!(!std::mem::replace(&mut begun, true), "two starts: {events:#?}"),
            StreamEvent::Error(_) => failed = true,
            _ => assert!(begun, "before the start: {event:?} in {events:#?}"),
        }
        match event {
            StreamEvent::PartStart { choice, index, .. } => {
                let parts = parts.entry(*choice).or_default();
                let last = parts.last_key_value().map(|(last, _)| *last);
                assert!(last.is_none_or(|last| last < *index), "part {index} after {last:?}: {events:#?}");
                parts.insert(*index, true);
            }
            StreamEvent::Delta { choice, index, .. } => {
                let open = parts.get(choice).and_then(|parts| parts.get(index));
                assert_eq!(open, Some(&true), "a delta of part {index}: {events:#?}");
            }
            StreamEvent::PartEnd { choice, index } => {
                let open = parts.entry(*choice).or_default().insert(*index, false);
                assert_eq!(open, Some(true), "an end of part {index}: {events:#?}");
            }
            _ => {}
        }
    }
}
