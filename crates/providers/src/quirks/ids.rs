//! Tool call ids for Mistral: nine letters or digits (Mistral, "Function calling").

use crate::body::Members;
use tianji_core::Extra;

/// Replaces ids that do not fit. Equal ids stay equal, so that results still find their calls.
pub(super) fn nine_chars(message: &mut Extra) -> bool {
    let mut changed = replace(message, "tool_call_id");
    if let Some(mut calls) = message.member::<Vec<Extra>>("tool_calls") {
        let replaced = calls.iter_mut().map(|call| replace(call, "id")).fold(false, |any, one| any | one);
        if replaced {
            message.put("tool_calls", &calls);
        }
        changed |= replaced;
    }
    changed
}

fn replace(members: &mut Extra, name: &str) -> bool {
    let Some(id) = members.member::<String>(name) else { return false };
    if id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    members.put(name, &short(&id));
    true
}

/// Nine characters from an id's FNV-1a hash: 62^9 of them, and a conversation has a handful.
fn short(id: &str) -> String {
    let mut hash = id.bytes().fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
    let mut text = String::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        let digit = usize::try_from(hash % 62).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or(b'0');
        text.push(char::from(digit));
        hash /= 62;
    }
    text
}

const LENGTH: usize = 9;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Parameters of 64-bit FNV-1a (Fowler, Noll and Vo).
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
