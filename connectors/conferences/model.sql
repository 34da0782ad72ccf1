-- Conferences -> a place by name, a thread and a `post` for each time it was held. Nobody in particular did it, so there is no account.
-- A conference that several lists have: what the first of them says counts, what it leaves out is taken from the others.

CREATE OR REPLACE TEMP MACRO conference_value(json, field) AS
  list_filter([nullif(trim(l->'entry'->>field), '') FOR l IN from_json(json->'listed', '["JSON"]')], v -> v IS NOT NULL)[1];
CREATE OR REPLACE TEMP MACRO conference_address(json, field) AS
  list_filter([nullif(trim(l->'entry'->>field), '') FOR l IN from_json(json->'listed', '["JSON"]')], v -> v IS NOT NULL AND regexp_matches(v, '^https?://'))[1];

CREATE OR REPLACE TEMP TABLE conference AS
SELECT record_id, json, conference_value(json, 'name') AS name, conference_address(json, 'url') AS url,
       timezone('UTC', try_strptime(conference_value(json, 'startDate'), ['%Y-%m-%d', '%Y-%m'])) AS starts_at,
       to_json(list_distinct([regexp_replace(l->>'list', '^.*/', '') FOR l IN from_json(json->'listed', '["JSON"]')]).list_sort()) AS topics
FROM changed WHERE stream = 'conferences';

INSERT INTO out_place BY NAME
SELECT lower(name) AS key, 'conference' AS kind, min(name) AS name FROM conference GROUP BY lower(name);

INSERT INTO out_thread BY NAME
SELECT record_id AS key, lower(name) AS place_key, name AS title, url, starts_at AS opened_at FROM conference WHERE starts_at IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT 'conferences' AS stream, record_id, record_id AS key, 'event' AS kind, lower(name) AS place_key, record_id AS thread_key, starts_at AS happened_at, name AS title, url,
       json_merge_patch('{}', json_object('ends_on', conference_value(json, 'endDate'), 'city', conference_value(json, 'city'), 'country', conference_value(json, 'country'),
         'online', conference_value(json, 'online')::BOOLEAN, 'topics', topics, 'cfp_url', conference_address(json, 'cfpUrl'), 'cfp_ends_on', conference_value(json, 'cfpEndDate'),
         'code_of_conduct', conference_address(json, 'cocUrl'))) AS attributes
FROM conference;

DROP TABLE conference;
