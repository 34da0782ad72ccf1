-- The nouns of Rapport. Migrations are append-only: never edit one that has been released, add the next number.
-- Instants are UTC. Ids are 63-bit hashes of (source name, kind, native key): the same on every machine and after
-- every replay, because nothing about them depends on order or time.

CREATE TABLE schema_migration (version INTEGER, name VARCHAR, applied_at TIMESTAMPTZ);

CREATE TABLE source (
  source_id BIGINT, name VARCHAR, connector VARCHAR, url VARCHAR
);

-- ---- as the sources told it --------------------------------------------------------------------------------

CREATE TABLE raw_record (
  source_id BIGINT, stream VARCHAR, record_id VARCHAR, json JSON,
  updated_at TIMESTAMPTZ,  -- by the source's own clock, where it tells
  fetched_at TIMESTAMPTZ,
  gone BOOLEAN,            -- the source no longer has it
  batch BIGINT             -- the sync run that brought this version
);

CREATE TABLE rejected_record (
  source_id BIGINT, stream VARCHAR, position VARCHAR, reason VARCHAR, excerpt VARCHAR, seen_at TIMESTAMPTZ
);

CREATE TABLE sync_state (
  source_id BIGINT, stream VARCHAR,
  cursor VARCHAR,              -- opaque to all but the connector
  caught_up_at TIMESTAMPTZ,    -- when the stream was last read to its end
  last_run_at TIMESTAMPTZ, last_error VARCHAR
);

-- Full listings: what the pass under way has seen so far.
CREATE TABLE listing_seen (source_id BIGINT, stream VARCHAR, record_id VARCHAR);

-- How far each source has been given its meaning, and by which version of its model.
CREATE TABLE model_state (source_id BIGINT, batch BIGINT, model_version VARCHAR, modelled_at TIMESTAMPTZ);

CREATE SEQUENCE batch_number;

-- ---- what it means -----------------------------------------------------------------------------------------

CREATE TABLE place (place_id BIGINT, source_id BIGINT, kind VARCHAR, name VARCHAR, url VARCHAR);

CREATE TABLE account (
  account_id BIGINT, source_id BIGINT, platform VARCHAR, native_id VARCHAR, login VARCHAR, name VARCHAR,
  email VARCHAR, kind VARCHAR, seen_at TIMESTAMPTZ
);

CREATE TABLE thread (
  thread_id BIGINT, source_id BIGINT, place_id BIGINT, title VARCHAR, url VARCHAR, opened_at TIMESTAMPTZ,
  opened_by BIGINT, answered_at TIMESTAMPTZ
);

CREATE TABLE activity (
  activity_id BIGINT, source_id BIGINT, place_id BIGINT, thread_id BIGINT, parent_id BIGINT, account_id BIGINT,
  kind VARCHAR, happened_at TIMESTAMPTZ, title VARCHAR, text VARCHAR, url VARCHAR, amount DOUBLE,
  attributes JSON,
  record_key BIGINT  -- the raw record or staging row that it comes from
);

-- ---- who did it --------------------------------------------------------------------------------------------

CREATE TABLE person (person_id BIGINT, name VARCHAR, kind VARCHAR);  -- kind: human | bot | agent
CREATE TABLE account_person (account_id BIGINT, person_id BIGINT, probability DOUBLE, reason VARCHAR);
CREATE TABLE organization (organization_id BIGINT, name VARCHAR, domain VARCHAR);
CREATE TABLE affiliation (person_id BIGINT, organization_id BIGINT, from_day DATE, to_day DATE, reason VARCHAR);
CREATE TABLE team_member (person_id BIGINT, reason VARCHAR);
-- Written-down evidence that two spellings are one identity (a .mailmap line, a profile link).
CREATE TABLE identity_hint (
  source_id BIGINT, kind VARCHAR, name VARCHAR, email VARCHAR, other_name VARCHAR, other_email VARCHAR
);
-- The rules of rapport.toml, copied at each sync so that the store explains itself.
CREATE TABLE team_rule (kind VARCHAR, pattern VARCHAR);

-- ---- facts -------------------------------------------------------------------------------------------------

-- Which version of views.sql filled the fact tables.
CREATE TABLE fact_state (version VARCHAR, refreshed_at TIMESTAMPTZ);

-- 63 bits of MD5: positive, so that every engine and every JSON reader agrees on the sign.
CREATE MACRO stable_id(key) AS (md5_number_upper(key) >> 1)::BIGINT;
