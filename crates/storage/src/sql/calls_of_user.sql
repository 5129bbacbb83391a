SELECT record FROM tj_call
WHERE user_id = $6 AND user_id <> '' AND started_at >= $1 AND started_at < $2
  AND (CAST($5 AS TEXT) IS NULL OR token = $5)
ORDER BY started_at DESC, call_id DESC
LIMIT $3 OFFSET $4
