DELETE FROM tj_virtual_key WHERE token = $1
