UPDATE tj_virtual_key SET
    key_name = $2, key_alias = $3, user_id = $4, team_id = $5, organization_id = $6, expires_at = $7, blocked = $8,
    max_budget_nusd = $9, created_at = $10, updated_at = $11, value = $12,
    version = (SELECT value FROM tj_sequence WHERE name = 'version')
WHERE token = $1 AND version = $13
