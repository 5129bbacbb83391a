SELECT CAST(COUNT(*) AS BIGINT) FROM tj_virtual_key k
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
