-- What clients of the Responses API may ask for again: whose a response is, and where it is or what was said.

CREATE TABLE tj_response (
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    deployment TEXT,
    model_group TEXT NOT NULL,
    sealed TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX tj_response_expires ON tj_response (expires_at);
