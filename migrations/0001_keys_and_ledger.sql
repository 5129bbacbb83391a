-- Virtual keys, finished calls, and what they add up to.
-- One text for SQLite and Postgres: times are microseconds since 1970, money is nano-dollars, lists and objects are JSON.

CREATE TABLE tj_sequence (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO tj_sequence (name, value) VALUES ('version', 0);

CREATE TABLE tj_virtual_key (
    token TEXT PRIMARY KEY,
    key_name TEXT NOT NULL,
    key_alias TEXT,
    user_id TEXT,
    team_id TEXT,
    organization_id TEXT,
    expires_at BIGINT,
    blocked BOOLEAN NOT NULL,
    max_budget_nusd BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    value TEXT NOT NULL
);

CREATE UNIQUE INDEX tj_virtual_key_alias ON tj_virtual_key (key_alias) WHERE key_alias IS NOT NULL;

CREATE INDEX tj_virtual_key_team ON tj_virtual_key (team_id);

CREATE INDEX tj_virtual_key_user ON tj_virtual_key (user_id);

CREATE INDEX tj_virtual_key_version ON tj_virtual_key (version);

CREATE INDEX tj_virtual_key_created ON tj_virtual_key (created_at, token);

CREATE TABLE tj_tombstone (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    deleted_at BIGINT NOT NULL,
    deleted_by TEXT,
    version BIGINT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (kind, id, deleted_at)
);

CREATE INDEX tj_tombstone_version ON tj_tombstone (version);

CREATE TABLE tj_call (
    call_id TEXT PRIMARY KEY,
    response_id TEXT,
    session_id TEXT,
    token TEXT NOT NULL,
    user_id TEXT NOT NULL,
    team_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    end_user TEXT NOT NULL,
    model TEXT NOT NULL,
    model_group TEXT NOT NULL,
    model_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    day BIGINT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    spend_nusd BIGINT NOT NULL,
    status TEXT NOT NULL,
    http_status BIGINT NOT NULL,
    tags TEXT NOT NULL,
    record TEXT NOT NULL
);

CREATE INDEX tj_call_started ON tj_call (started_at);

CREATE INDEX tj_call_token ON tj_call (token, started_at);

CREATE INDEX tj_call_user ON tj_call (user_id, started_at);

CREATE INDEX tj_call_response ON tj_call (response_id);

CREATE TABLE tj_counter (
    scope TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    spend_nusd BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (scope, scope_id)
);

CREATE TABLE tj_usage_day (
    day BIGINT NOT NULL,
    token TEXT NOT NULL,
    team_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    model TEXT NOT NULL,
    model_group TEXT NOT NULL,
    provider TEXT NOT NULL,
    requests BIGINT NOT NULL,
    ok BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    spend_nusd BIGINT NOT NULL,
    latency_ms BIGINT NOT NULL,
    PRIMARY KEY (day, token, team_id, user_id, organization_id, model, model_group, provider)
);

CREATE INDEX tj_usage_day_user ON tj_usage_day (user_id, day);

CREATE INDEX tj_usage_day_team ON tj_usage_day (team_id, day);

CREATE TABLE tj_ledger_batch (
    spool_id TEXT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    records BIGINT NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (spool_id, first_seq)
);
