-- Counts of a day -> one `visit` a day and origin, one `page_view` a day and page; `amount` is the count. Nobody is behind them, only a
-- number. A visit has one origin and many pages: visits by origin add up to the visits of the day, while the same visits by page would
-- count each again for every page. So pages are views and never visits, and no sum over a kind counts anything twice.
-- `web_site` is set by the connector from its settings.

INSERT INTO out_place BY NAME
SELECT DISTINCT 'site' AS key, 'site' AS kind, coalesce(nullif(getvariable('web_site'), ''), getvariable('source_name')) AS name,
       'https://' || nullif(getvariable('web_site'), '') || '/' AS url
FROM changed WHERE stream = 'visits'
UNION ALL BY NAME
SELECT DISTINCT 'page/' || (json->>'host') || (json->>'page') AS key, 'page' AS kind, (json->>'page') AS name,
       'https://' || nullif(json->>'host', '') || (json->>'page') AS url
FROM changed WHERE stream = 'views';

INSERT INTO out_activity BY NAME
SELECT stream, record_id, 'visits/' || record_id AS key, 'visit' AS kind, 'site' AS place_key, TRY_CAST(json->>'day' AS TIMESTAMPTZ) AS happened_at,
       'visits' || coalesce(' from ' || coalesce(nullif(json->>'source', ''), nullif(json->>'campaign', ''), nullif(json->>'medium', '')), '') AS title,
       TRY_CAST(json->>'visits' AS DOUBLE) AS amount,
       json_merge_patch('{}', json_object('referrer', nullif(json->>'source', ''), 'medium', nullif(json->>'medium', ''), 'campaign', nullif(json->>'campaign', ''),
                                          'visitors', nullif(TRY_CAST(json->>'visitors' AS BIGINT), 0))) AS attributes
FROM changed WHERE stream = 'visits' AND TRY_CAST(json->>'visits' AS DOUBLE) > 0;

INSERT INTO out_activity BY NAME
SELECT stream, record_id, 'views/' || record_id AS key, 'page_view' AS kind, 'page/' || (json->>'host') || (json->>'page') AS place_key,
       TRY_CAST(json->>'day' AS TIMESTAMPTZ) AS happened_at, (json->>'page') AS title, 'https://' || nullif(json->>'host', '') || (json->>'page') AS url,
       TRY_CAST(json->>'views' AS DOUBLE) AS amount, nullif(json_merge_patch('{}', json_object('visitors', nullif(TRY_CAST(json->>'visitors' AS BIGINT), 0))), '{}') AS attributes
FROM changed WHERE stream = 'views' AND TRY_CAST(json->>'views' AS DOUBLE) > 0;
