SELECT record FROM tj_call
WHERE started_at >= $1 AND started_at < $2
  AND (CAST($5 AS TEXT) IS NULL OR token = $5)
  AND (CAST($6 AS TEXT) IS NULL OR user_id = $6)
ORDER BY started_at DESC, call_id DESC
LIMIT $3 OFFSET $4
