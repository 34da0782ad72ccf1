-- Stories -> mentions, the comments on them -> comments. `lobsters_url` is set by the connector. Users are names; old answers
-- gave an object in the place of the name.

CREATE OR REPLACE TEMP TABLE lobsters_said AS
WITH record AS (SELECT record_id, json->'story' AS story, json->'comments' AS comments, json->'story'->>'title' AS title FROM changed WHERE stream = 'stories'),
one AS (
  SELECT record_id, title, NULL AS comment, story AS said FROM record
  UNION ALL
  SELECT record_id, title, c->>'short_id', c FROM (SELECT *, unnest(from_json(comments, '["JSON"]')) AS c FROM record)
)
SELECT record_id, title, said, CASE WHEN comment IS NULL THEN 'story/' || record_id ELSE 'comment/' || comment END AS key, comment IS NOT NULL AS is_comment,
       TRY_CAST(said->>'created_at' AS TIMESTAMPTZ) AS happened_at,
       coalesce(said->'submitter_user'->>'username', said->'commenting_user'->>'username', said->>'submitter_user', said->>'commenting_user') AS author,
       coalesce(said->>'is_deleted', 'false') = 'true' OR coalesce(said->>'is_moderated', 'false') = 'true' AS gone,
       coalesce(said->>'short_id_url', getvariable('lobsters_url') || CASE WHEN comment IS NULL THEN '/s/' ELSE '/c/' END || (said->>'short_id')) AS url
FROM one;

INSERT INTO out_place BY NAME
SELECT 'site' AS key, 'site' AS kind, regexp_replace(getvariable('lobsters_url'), '^https?://', '') AS name, getvariable('lobsters_url') AS url;

-- Lobsters marks no bots; they are told by their names.
INSERT INTO out_account BY NAME
SELECT author AS key, 'lobsters' AS platform, author AS login, max(happened_at) AS seen_at FROM lobsters_said WHERE author IS NOT NULL AND NOT gone GROUP BY author;

INSERT INTO out_thread BY NAME
SELECT key, 'site' AS place_key, title, url, happened_at AS opened_at, author AS opened_by_key FROM lobsters_said WHERE NOT is_comment;

INSERT INTO out_activity BY NAME
SELECT 'stories' AS stream, record_id, key, CASE WHEN is_comment THEN 'comment' ELSE 'mention' END AS kind, 'site' AS place_key, 'story/' || record_id AS thread_key,
       CASE WHEN is_comment THEN coalesce('comment/' || nullif(said->>'parent_comment', ''), 'story/' || record_id) END AS parent_key, author AS account_key, happened_at, title,
       nullif(html_text(coalesce(said->>'comment', said->>'description')), '') AS text, url,
       json_merge_patch('{}', json_object('score', TRY_CAST(said->>'score' AS BIGINT), 'comments', TRY_CAST(said->>'comment_count' AS BIGINT),
         'link', nullif(said->>'url', ''), 'tags', CASE WHEN json_type(said->'tags') = 'ARRAY' THEN said->'tags' END,
         'by_author', CASE WHEN (said->>'user_is_author') = 'true' THEN true END)) AS attributes
FROM lobsters_said WHERE NOT gone;

DROP TABLE lobsters_said;
