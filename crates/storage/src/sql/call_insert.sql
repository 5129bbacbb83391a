INSERT INTO tj_call (
    call_id, response_id, session_id, token, user_id, team_id, organization_id, end_user, model, model_group, model_id,
    provider, started_at, ended_at, day, prompt_tokens, completion_tokens, spend_nusd, status, http_status, tags, record
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT (call_id) DO NOTHING
