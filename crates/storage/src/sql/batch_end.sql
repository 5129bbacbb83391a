SELECT CAST(COALESCE(MAX(last_seq), 0) AS BIGINT), CAST(COALESCE(SUM(records), 0) AS BIGINT)
FROM tj_ledger_batch WHERE spool_id = $1
