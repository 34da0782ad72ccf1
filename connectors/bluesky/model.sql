-- Posts -> posts (of our own accounts) or mentions (of others), replies below them -> replies, likes, reposts and quotes -> reactions with
-- their number. What a post is follows from who wrote it, so that one found on two lists is the same. `bluesky_own` is set by the connector.

CREATE OR REPLACE TEMP TABLE bluesky_post AS
WITH one AS (
  SELECT record_id, record_id AS root, json->'post' AS p, false AS below FROM changed WHERE stream = 'posts'
  UNION ALL
  SELECT record_id, record_id, unnest(from_json(json->'replies', '["JSON"]')), true FROM changed WHERE stream = 'posts'
)
SELECT record_id, root, p, below, p->>'uri' AS uri, p->'record'->'reply'->'parent'->>'uri' AS answers, lower(p->'author'->>'handle') AS handle, p->'author'->>'did' AS account_key,
       -- The writer's program says when it was written, and may say anything: not later than the network had it.
       least(coalesce(TRY_CAST(p->'record'->>'createdAt' AS TIMESTAMPTZ), TRY_CAST(p->>'indexedAt' AS TIMESTAMPTZ)), TRY_CAST(p->>'indexedAt' AS TIMESTAMPTZ)) AS happened_at,
       nullif(p->'record'->>'text', '') AS text,
       'https://bsky.app/profile/' || (p->'author'->>'did') || '/post/' || regexp_extract(p->>'uri', '[^/]+$') AS url
FROM one;

INSERT INTO out_place BY NAME SELECT 'site' AS key, 'site' AS kind, 'Bluesky' AS name, 'https://bsky.app' AS url;

-- An account may carry the label "bot", its own or a labeller's.
INSERT INTO out_account BY NAME
SELECT account_key AS key, 'bluesky' AS platform, arg_max(nullif(handle, 'handle.invalid'), happened_at) AS login, arg_max(nullif(p->'author'->>'displayName', ''), happened_at) AS name,
       CASE WHEN bool_or(list_contains([label->>'val' FOR label IN from_json(p->'author'->'labels', '["JSON"]')], 'bot')) THEN 'bot' END AS kind, max(happened_at) AS seen_at
FROM bluesky_post WHERE account_key IS NOT NULL GROUP BY account_key;

-- A post that is on a list and also below another is told by its own record.
CREATE OR REPLACE TEMP TABLE bluesky_told AS
SELECT * FROM bluesky_post post
WHERE NOT below OR NOT EXISTS (FROM raw_record r WHERE r.source_id = stable_id('source/' || getvariable('source_name')) AND r.stream = 'posts' AND NOT r.gone AND r.record_id = post.uri);

INSERT INTO out_thread BY NAME
SELECT root AS key, 'site' AS place_key, left(text, 80) AS title, url, happened_at AS opened_at, account_key AS opened_by_key FROM bluesky_post WHERE NOT below;

INSERT INTO out_activity BY NAME
SELECT 'posts' AS stream, record_id, uri AS key,
       CASE WHEN below THEN 'reply'
            WHEN NOT list_contains(getvariable('bluesky_own'), handle) AND NOT list_contains(getvariable('bluesky_own'), account_key) THEN 'mention'
            WHEN answers IS NULL OR contains(answers, account_key) THEN 'post' ELSE 'reply' END AS kind,
       'site' AS place_key, root AS thread_key, answers AS parent_key, account_key, happened_at, text, url,
       json_merge_patch('{}', json_object('likes', TRY_CAST(p->>'likeCount' AS BIGINT), 'reposts', TRY_CAST(p->>'repostCount' AS BIGINT), 'quotes', TRY_CAST(p->>'quoteCount' AS BIGINT),
         'replies', TRY_CAST(p->>'replyCount' AS BIGINT), 'languages', p->'record'->'langs')) AS attributes
FROM bluesky_told;

INSERT INTO out_activity BY NAME
SELECT 'posts' AS stream, record_id, uri || '#' || reaction AS key, 'reaction' AS kind, 'site' AS place_key, root AS thread_key, uri AS parent_key, happened_at, url, amount,
       json_object('reaction', reaction, 'time', 'of the post') AS attributes
FROM (SELECT *, 'like' AS reaction, TRY_CAST(p->>'likeCount' AS DOUBLE) AS amount FROM bluesky_told
      UNION ALL SELECT *, 'repost', TRY_CAST(p->>'repostCount' AS DOUBLE) FROM bluesky_told
      UNION ALL SELECT *, 'quote', TRY_CAST(p->>'quoteCount' AS DOUBLE) FROM bluesky_told)
WHERE amount > 0 AND happened_at IS NOT NULL;

DROP TABLE bluesky_post; DROP TABLE bluesky_told;
