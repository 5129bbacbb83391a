SELECT record FROM tj_call
WHERE (CAST($1 AS TEXT) IS NULL OR token = $1)
  AND (CAST($2 AS TEXT) IS NULL OR user_id = $2)
  AND (CAST($3 AS TEXT) IS NULL OR call_id = $3 OR response_id = $3)
  AND (CAST($4 AS BIGINT) IS NULL OR started_at >= $4)
  AND (CAST($5 AS BIGINT) IS NULL OR started_at < $5)
ORDER BY started_at DESC, call_id DESC
LIMIT $6 OFFSET $7
