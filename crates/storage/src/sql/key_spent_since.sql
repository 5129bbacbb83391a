SELECT CAST(COALESCE(SUM(spend_nusd), 0) AS BIGINT) FROM tj_call WHERE token = $1 AND started_at >= $2 AND ended_at >= $3
