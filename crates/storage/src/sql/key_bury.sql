INSERT INTO tj_tombstone (kind, id, deleted_at, deleted_by, version, value)
SELECT 'key', token, $2, $3, (SELECT value FROM tj_sequence WHERE name = 'version'), value
FROM tj_virtual_key WHERE token = $1
