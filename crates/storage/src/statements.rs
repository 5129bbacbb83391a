//! Every SQL text by name. One text serves both engines: numbered parameters, `ON CONFLICT`, casts where Postgres
//! could not tell a parameter's type from its use.

macro_rules! statements {
    ($($name:ident = $file:literal;)*) => {
        $(pub(crate) const $name: &str = include_str!(concat!("sql/", $file, ".sql"));)*
    };
}

statements! {
    BATCH_END = "batch_end";
    BATCH_INSERT = "batch_insert";
    CALLS = "calls";
    CALLS_BY_ID = "calls_by_id";
    CALLS_OF_KEY = "calls_of_key";
    CALLS_OF_USER = "calls_of_user";
    CALL_INSERT = "call_insert";
    COUNTER_ADD = "counter_add";
    COUNTER_SPENT = "counter_spent";
    KEYS_CHANGED = "keys_changed";
    KEY_BURY = "key_bury";
    KEY_BY_ALIAS = "key_by_alias";
    KEY_BY_TOKEN = "key_by_token";
    KEY_COUNT = "key_count";
    KEY_DELETE = "key_delete";
    KEY_INSERT = "key_insert";
    KEY_LIST = "key_list";
    KEY_SPENT_SINCE = "key_spent_since";
    KEY_UPDATE = "key_update";
    RESPONSE_DELETE = "response_delete";
    RESPONSE_FINISH = "response_finish";
    RESPONSE_GET = "response_get";
    RESPONSE_PUT = "response_put";
    RESPONSE_RENEW = "response_renew";
    RESPONSES_PURGE = "responses_purge";
    RESPONSES_STALE = "responses_stale";
    SPEND_BY_DAY = "spend_by_day";
    USAGE_DAY_ADD = "usage_day_add";
    VERSION_NEXT = "version_next";
    VERSION_NOW = "version_now";
}
