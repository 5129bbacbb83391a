DELETE FROM tj_response WHERE expires_at <= $1
