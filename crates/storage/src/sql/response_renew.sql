UPDATE tj_response SET lease_until = $2 WHERE id = $1 AND lease_until IS NOT NULL
