//! Roles for vendors and models that do not know all of them.

use crate::body::Members;
use tianji_core::Extra;

/// For models without system messages.
pub(super) fn system_to_user(message: &mut Extra) -> bool {
    rewrite(message, &["system", "developer"], "user")
}

/// For vendors that know the older word only.
pub(super) fn dev_to_system(message: &mut Extra) -> bool {
    rewrite(message, &["developer"], "system")
}

fn rewrite(message: &mut Extra, from: &[&str], to: &str) -> bool {
    let old = message.member::<String>("role").is_some_and(|role| from.contains(&role.as_str()));
    if old {
        message.put("role", to);
    }
    old
}
