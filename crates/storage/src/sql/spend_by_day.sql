SELECT day, token, user_id, model_group, CAST(SUM(spend_nusd) AS BIGINT) FROM tj_call
WHERE (CAST($1 AS TEXT) IS NULL OR token = $1)
  AND (CAST($2 AS TEXT) IS NULL OR user_id = $2)
  AND (CAST($3 AS BIGINT) IS NULL OR started_at >= $3)
  AND (CAST($4 AS BIGINT) IS NULL OR started_at < $4)
GROUP BY day, token, user_id, model_group
ORDER BY day, token, user_id, model_group
