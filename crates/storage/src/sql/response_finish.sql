UPDATE tj_response SET deployment = $2, sealed = $3, lease_until = NULL WHERE id = $1 AND lease_until IS NOT NULL
