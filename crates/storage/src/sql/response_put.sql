INSERT INTO tj_response (id, token, deployment, model_group, sealed, created_at, expires_at, lease_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO NOTHING
