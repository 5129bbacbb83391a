SELECT value, version FROM tj_virtual_key WHERE key_alias = $1
