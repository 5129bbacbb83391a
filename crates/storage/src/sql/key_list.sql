SELECT k.value, k.version FROM tj_virtual_key k
LEFT JOIN tj_counter c ON c.scope = 'key' AND c.scope_id = k.token
WHERE (CAST($1 AS TEXT) IS NULL OR k.user_id = $1)
  AND (CAST($2 AS TEXT) IS NULL OR k.team_id = $2)
  AND (CAST($3 AS TEXT) IS NULL OR k.organization_id = $3)
  AND (CAST($4 AS TEXT) IS NULL OR k.token = $4)
  AND (CAST($5 AS TEXT) IS NULL OR k.key_alias = $5)
  AND (CAST($6 AS TEXT) IS NULL OR LOWER(k.key_alias) LIKE $6 OR LOWER(k.key_name) LIKE $6 OR k.token LIKE $6)
  AND (CAST($7 AS TEXT) IS NULL
    OR ($7 = 'blocked' AND k.blocked)
    OR ($7 = 'expired' AND NOT k.blocked AND k.expires_at <= $8)
    OR ($7 = 'active' AND NOT k.blocked AND (k.expires_at IS NULL OR k.expires_at > $8)))
ORDER BY
    CASE $9 WHEN 'spend desc' THEN c.spend_nusd WHEN 'max_budget desc' THEN k.max_budget_nusd
            WHEN 'updated_at desc' THEN k.updated_at WHEN 'expires desc' THEN k.expires_at
            WHEN 'created_at desc' THEN k.created_at END DESC,
    CASE $9 WHEN 'spend asc' THEN c.spend_nusd WHEN 'max_budget asc' THEN k.max_budget_nusd
            WHEN 'updated_at asc' THEN k.updated_at WHEN 'expires asc' THEN k.expires_at
            WHEN 'created_at asc' THEN k.created_at END,
    CASE $9 WHEN 'key_alias desc' THEN k.key_alias WHEN 'token desc' THEN k.token END DESC,
    CASE $9 WHEN 'key_alias asc' THEN k.key_alias WHEN 'token asc' THEN k.token END,
    k.token
LIMIT $10 OFFSET $11
