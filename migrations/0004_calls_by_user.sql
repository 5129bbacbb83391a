-- Most calls of most gateways have no user: they need not stand in the index by user.

DROP INDEX tj_call_user;

CREATE INDEX tj_call_user ON tj_call (user_id, started_at) WHERE user_id <> '';
