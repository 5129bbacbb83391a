SELECT id FROM tj_response WHERE lease_until <= $1 ORDER BY lease_until LIMIT 100
