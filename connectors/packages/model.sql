-- Releases and downloads of packages. A release is dated by its registry, or, where that shows only the newest version
-- (Homebrew), by the first reading that had it. Downloads are one activity a day per package: as the registry counted that day
-- (shape "day"), or worked out on the day of a reading from what came since the reading before it (shapes "total", "window").

INSERT INTO out_place BY NAME
SELECT DISTINCT json->>'package' AS key, 'package' AS kind, json->>'package' AS name FROM changed;

CREATE OR REPLACE TEMP TABLE package_release AS
SELECT record_id, json->>'registry' AS registry, json->>'package' AS package, json->>'version' AS version,
       TRY_CAST(coalesce(json->>'published', json->>'first_seen') AS TIMESTAMPTZ) AS happened_at,
       (json->>'published') IS NULL AND (json->>'first_seen') IS NOT NULL AS dated_by_reading,
       json->>'login' AS login, json->>'name' AS name, json->>'email' AS email, json->>'automation' AS automation,
       -- A service that publishes out of a pipeline is an account of its own; some registries name no user then.
       coalesce('automation/' || (json->>'automation'), json->>'login', json->>'email', json->>'name') AS account,
       coalesce((json->>'yanked')::BOOLEAN, false) AS yanked, json->>'yanked_reason' AS yanked_reason, json->>'deprecated' AS deprecated, json->>'digest' AS digest
FROM changed WHERE stream = 'releases';

INSERT INTO out_account BY NAME
SELECT account AS key, registry AS platform, CASE WHEN automation IS NULL THEN login ELSE automation END AS login,
       CASE WHEN automation IS NULL THEN name END AS name, CASE WHEN automation IS NULL THEN email END AS email,
       -- The registry says that a pipeline's own identity published it, not a person's token. Otherwise the names may tell.
       CASE WHEN automation IS NOT NULL THEN 'bot' END AS kind, happened_at AS seen_at
FROM package_release WHERE account IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT 'releases' AS stream, record_id, 'release/' || record_id AS key, 'release' AS kind, package AS place_key, account AS account_key, happened_at,
       package || ' ' || version AS title,
       json_merge_patch('{}', json_object('version', version, 'yanked', CASE WHEN yanked THEN true END, 'yanked_reason', yanked_reason, 'deprecated', deprecated,
                                          'digest', digest, 'dated_by', CASE WHEN dated_by_reading THEN 'first reading' END)) AS attributes
FROM package_release;

-- Days that the registry counted. A day without any download is no deed.
INSERT INTO out_activity BY NAME
SELECT 'downloads' AS stream, record_id, 'downloads/' || record_id AS key, 'download' AS kind, json->>'package' AS place_key,
       TRY_CAST(json->>'day' AS TIMESTAMPTZ) AS happened_at, 'downloads of ' || (json->>'package') AS title, TRY_CAST(json->>'count' AS DOUBLE) AS amount
FROM changed WHERE stream = 'downloads' AND (json->>'shape') = 'day' AND TRY_CAST(json->>'count' AS DOUBLE) > 0;

-- Readings: each beside the one before it, which did not change with it and so is not in `changed`.
CREATE OR REPLACE TEMP TABLE package_reading AS
SELECT record_id, json, json->>'shape' AS shape, json->>'package' AS package, TRY_CAST(json->>'day' AS DATE) AS day,
       lag(json) OVER earlier AS json_before, lag(TRY_CAST(json->>'day' AS DATE)) OVER earlier AS day_before
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'downloads' AND (json->>'shape') IN ('total', 'window') AND NOT gone
WINDOW earlier AS (PARTITION BY json->>'package', json->>'shape' ORDER BY json->>'day');

-- Totals: the first reading is where counting begins and says nothing of when; later ones give the difference, on their day.
CREATE OR REPLACE TEMP TABLE package_difference AS
SELECT record_id, package, day, day_before, (json->>'total')::BIGINT - (json_before->>'total')::BIGINT AS amount, json->>'total' AS total,
       (SELECT json_group_object(version, more) FROM
          (SELECT v.key AS version, (v.value)::BIGINT - coalesce((json_before->'versions'->>('$."' || replace(v.key, '"', '\"') || '"'))::BIGINT, 0) AS more
           FROM json_each(r.json->'versions') v) WHERE more > 0) AS versions
FROM package_reading r
WHERE shape = 'total' AND json_before IS NOT NULL AND record_id IN (SELECT record_id FROM changed WHERE stream = 'downloads');

INSERT INTO out_activity BY NAME
SELECT 'downloads' AS stream, record_id, 'downloads/' || record_id AS key, 'download' AS kind, package AS place_key, day::TIMESTAMPTZ AS happened_at,
       'downloads of ' || package AS title, amount::DOUBLE AS amount,
       json_merge_patch('{}', json_object('since', day_before::VARCHAR, 'days', date_diff('day', day_before, day), 'total', total::BIGINT,
                                          'versions', CASE WHEN versions::VARCHAR <> '{}' THEN versions END)) AS attributes
FROM package_difference WHERE amount > 0;

INSERT INTO out_rejected BY NAME
SELECT 'downloads' AS stream, record_id, 'the total fell by ' || -amount || ' since ' || day_before || ': the registry corrected it' AS reason, total AS excerpt
FROM package_difference WHERE amount < 0;

-- Windows of the last days: the daily mean of the window for each day since the reading before, at most as many as it covers.
INSERT INTO out_activity BY NAME
SELECT 'downloads' AS stream, record_id, 'downloads/' || record_id AS key, 'download' AS kind, package AS place_key, day::TIMESTAMPTZ AS happened_at,
       'downloads of ' || package AS title,
       (json->>'count')::DOUBLE / (json->>'days')::DOUBLE * least(date_diff('day', day_before, day), (json->>'days')::BIGINT) AS amount,
       json_object('since', day_before::VARCHAR, 'days', date_diff('day', day_before, day), 'estimate', 'daily mean of the last ' || (json->>'days') || ' days') AS attributes
FROM package_reading
WHERE shape = 'window' AND json_before IS NOT NULL AND (json->>'count')::DOUBLE > 0 AND record_id IN (SELECT record_id FROM changed WHERE stream = 'downloads');

DROP TABLE package_release;
DROP TABLE package_reading;
DROP TABLE package_difference;
