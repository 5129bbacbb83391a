//! `model_list[]`.

use super::Kind::{Section as Inner, Text, Texts};
use super::{Key, Others, Section, active, inactive, info, params};

/// One deployment.
pub(super) static ENTRY: Section = Section { name: "model_list[]", keys: &[KEYS], others: Others::Warn };

const KEYS: &[Key] = &[
    inactive("access_control", Inner(&ACCESS_CONTROL)),
    active("litellm_params", Inner(&params::PARAMS)),
    active("model_info", Inner(&info::INFO)),
    active("model_name", Text),
    inactive("tags", Texts),
];

static ACCESS_CONTROL: Section = Section {
    name: "model_list[].access_control",
    keys: &[&[inactive("allowed_keys", Texts), inactive("allowed_orgs", Texts), inactive("allowed_teams", Texts)]],
    others: Others::Warn,
};
