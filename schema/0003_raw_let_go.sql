-- Raw records that `keep_raw_days` let go: what they said stays in the tables, but can no longer be told anew. So a source that
-- has a row here is never cleared before its model runs again.
CREATE TABLE raw_let_go (source_id BIGINT, before TIMESTAMPTZ, records BIGINT);
