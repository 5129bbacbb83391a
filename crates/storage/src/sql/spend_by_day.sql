SELECT day, token, user_id, model_group, CAST(SUM(spend_nusd) AS BIGINT) FROM tj_call
WHERE started_at >= $1 AND started_at < $2
  AND (CAST($3 AS TEXT) IS NULL OR token = $3)
  AND (CAST($4 AS TEXT) IS NULL OR user_id = $4)
GROUP BY day, token, user_id, model_group
ORDER BY day, token, user_id, model_group
