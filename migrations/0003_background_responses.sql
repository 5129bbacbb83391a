-- Responses that are made in the background: until when the process that makes one vouches for it.

ALTER TABLE tj_response ADD COLUMN lease_until BIGINT;

CREATE INDEX tj_response_lease ON tj_response (lease_until) WHERE lease_until IS NOT NULL;
