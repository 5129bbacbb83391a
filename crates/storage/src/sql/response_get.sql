SELECT token, deployment, model_group, sealed, created_at, expires_at, lease_until
FROM tj_response WHERE id = $1 AND expires_at > $2
