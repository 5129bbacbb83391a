INSERT INTO tj_ledger_batch (spool_id, first_seq, last_seq, records, applied_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (spool_id, first_seq) DO NOTHING
