SELECT token, version FROM tj_virtual_key WHERE version > $1
UNION ALL
SELECT id, version FROM tj_tombstone WHERE version > $1 AND kind = 'key'
ORDER BY 2
LIMIT 10000
