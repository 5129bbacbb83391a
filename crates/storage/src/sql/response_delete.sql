DELETE FROM tj_response WHERE id = $1
