//! What each vendor gets and gives when a conversation is compacted: `fixtures/kinds/responses_compact`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

#[expect(dead_code, reason = "other kinds ask by hand too")]
mod kind_cases;

use tianji_providers::EndpointKind;

#[test]
fn cases_come_out_as_written_down() {
    assert!(kind_cases::run(EndpointKind::ResponsesCompact, "responses_compact") > 0);
}
