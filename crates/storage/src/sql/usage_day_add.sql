INSERT INTO tj_usage_day (
    day, token, team_id, user_id, organization_id, model, model_group, provider, requests, ok, failed, prompt_tokens,
    completion_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, spend_nusd, latency_ms
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (day, token, team_id, user_id, organization_id, model, model_group, provider) DO UPDATE SET
    requests = tj_usage_day.requests + excluded.requests,
    ok = tj_usage_day.ok + excluded.ok,
    failed = tj_usage_day.failed + excluded.failed,
    prompt_tokens = tj_usage_day.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = tj_usage_day.completion_tokens + excluded.completion_tokens,
    cache_read_tokens = tj_usage_day.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = tj_usage_day.cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = tj_usage_day.reasoning_tokens + excluded.reasoning_tokens,
    spend_nusd = tj_usage_day.spend_nusd + excluded.spend_nusd,
    latency_ms = tj_usage_day.latency_ms + excluded.latency_ms
