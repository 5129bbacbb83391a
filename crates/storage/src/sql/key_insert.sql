INSERT INTO tj_virtual_key (
    token, key_name, key_alias, user_id, team_id, organization_id, expires_at, blocked, max_budget_nusd, created_at,
    updated_at, value, version
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, (SELECT value FROM tj_sequence WHERE name = 'version'))
