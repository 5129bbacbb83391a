SELECT value, version FROM tj_virtual_key WHERE token = $1
