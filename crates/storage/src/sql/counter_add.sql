INSERT INTO tj_counter (scope, scope_id, spend_nusd, requests, tokens, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (scope, scope_id) DO UPDATE SET
    spend_nusd = tj_counter.spend_nusd + excluded.spend_nusd,
    requests = tj_counter.requests + excluded.requests,
    tokens = tj_counter.tokens + excluded.tokens,
    updated_at = excluded.updated_at
