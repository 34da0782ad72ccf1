-- Counts of a day -> visits and downloads. Programs are accounts that do them; people are nobody, only a number.
-- `accesslog_host` is set by the connector from its settings.

CREATE OR REPLACE TEMP TABLE accesslog_read AS
SELECT record_id, day, path, coalesce(host, nullif(getvariable('accesslog_host'), '')) AS host, referrer, medium, campaign, program, program_kind, views, visitors,
       coalesce(host, '') || path AS place_key, CASE class WHEN 'page' THEN 'visit' ELSE 'download' END AS kind
FROM changed_accesslog_count WHERE class IN ('page', 'download');

INSERT INTO out_place BY NAME
SELECT place_key AS key, CASE kind WHEN 'visit' THEN 'page' ELSE 'file' END AS kind, any_value(path) AS name, 'https://' || any_value(host) || any_value(path) AS url
FROM accesslog_read GROUP BY place_key, kind;

INSERT INTO out_account BY NAME
SELECT program AS key, 'web' AS platform, program AS name, any_value(program_kind) AS kind, max(day) AS seen_at
FROM accesslog_read WHERE program IS NOT NULL GROUP BY program;

INSERT INTO out_activity BY NAME
SELECT 'lines' AS stream, record_id, record_id AS key, kind, place_key, program AS account_key, day AS happened_at, path AS title,
       'https://' || host || path AS url, visitors::DOUBLE AS amount,
       json_merge_patch('{}', json_object('views', views, 'referrer', referrer, 'medium', medium, 'campaign', campaign, 'bot', CASE WHEN program IS NOT NULL THEN true END))
         AS attributes
FROM accesslog_read;

DROP TABLE accesslog_read;
