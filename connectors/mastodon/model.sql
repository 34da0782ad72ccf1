-- Notes -> posts (of our own accounts) or mentions (of others), the replies below them -> replies, boosts and favourites -> reactions with their number.
-- What a note is follows from who wrote it, so that one found on two lists is the same. `mastodon_…` is set by the connector.

CREATE OR REPLACE TEMP TABLE mastodon_note AS
WITH one AS (
  SELECT record_id, record_id AS root, json->'note' AS n, false AS below FROM changed WHERE stream = 'notes'
  UNION ALL
  SELECT record_id, record_id, unnest(from_json(json->'replies', '["JSON"]')), true FROM changed WHERE stream = 'notes'
), named AS (
  SELECT *, lower(n->'account'->>'acct') AS acct, nullif(n->>'in_reply_to_id', '') AS answers FROM one
)
SELECT record_id, root, n, below, n->>'id' AS id, answers, CASE WHEN contains(acct, '@') THEN acct ELSE acct || '@' || getvariable('mastodon_host') END AS handle,
       n->'account'->>'id' AS account_key, TRY_CAST(n->>'created_at' AS TIMESTAMPTZ) AS happened_at,
       nullif(concat_ws(chr(10) || chr(10), nullif(n->>'spoiler_text', ''), nullif(html_text(n->>'content'), '')), '') AS text,
       coalesce(n->>'url', n->>'uri') AS url
FROM named;

INSERT INTO out_place BY NAME
SELECT 'site' AS key, 'site' AS kind, getvariable('mastodon_host') AS name, getvariable('mastodon_url') AS url;

-- Mastodon lets accounts say that a program runs them.
INSERT INTO out_account BY NAME
SELECT account_key AS key, 'mastodon' AS platform, arg_max(handle, happened_at) AS login, arg_max(nullif(n->'account'->>'display_name', ''), happened_at) AS name,
       CASE WHEN bool_or((n->'account'->>'bot') = 'true') THEN 'bot' END AS kind, max(happened_at) AS seen_at
FROM mastodon_note WHERE account_key IS NOT NULL GROUP BY account_key;

-- A note that is on a list and also below another is told by its own record.
CREATE OR REPLACE TEMP TABLE mastodon_told AS
SELECT * FROM mastodon_note note
WHERE NOT below OR NOT EXISTS (FROM raw_record r WHERE r.source_id = stable_id('source/' || getvariable('source_name')) AND r.stream = 'notes' AND NOT r.gone AND r.record_id = note.id);

INSERT INTO out_thread BY NAME
SELECT 'note/' || root AS key, 'site' AS place_key, left(text, 80) AS title, url, happened_at AS opened_at, account_key AS opened_by_key FROM mastodon_note WHERE NOT below;

INSERT INTO out_activity BY NAME
SELECT 'notes' AS stream, record_id, 'note/' || id AS key,
       CASE WHEN below THEN 'reply'
            WHEN NOT list_contains(getvariable('mastodon_own'), handle) THEN 'mention'
            WHEN answers IS NULL OR (n->>'in_reply_to_account_id') = account_key THEN 'post' ELSE 'reply' END AS kind,
       'site' AS place_key, 'note/' || root AS thread_key, 'note/' || answers AS parent_key, account_key, happened_at, text, url,
       json_merge_patch('{}', json_object('boosts', TRY_CAST(n->>'reblogs_count' AS BIGINT), 'favourites', TRY_CAST(n->>'favourites_count' AS BIGINT),
         'replies', TRY_CAST(n->>'replies_count' AS BIGINT), 'language', n->>'language', 'edited', n->>'edited_at',
         'tags', nullif([tag->>'name' FOR tag IN from_json(n->'tags', '["JSON"]')], []))) AS attributes
FROM mastodon_told;

INSERT INTO out_activity BY NAME
SELECT 'notes' AS stream, record_id, 'note/' || id || '/' || reaction AS key, 'reaction' AS kind, 'site' AS place_key, 'note/' || root AS thread_key, 'note/' || id AS parent_key,
       happened_at, url, amount, json_object('reaction', reaction, 'time', 'of the post') AS attributes
FROM (SELECT *, 'boost' AS reaction, TRY_CAST(n->>'reblogs_count' AS DOUBLE) AS amount FROM mastodon_told
      UNION ALL SELECT *, 'favourite', TRY_CAST(n->>'favourites_count' AS DOUBLE) FROM mastodon_told)
WHERE amount > 0 AND happened_at IS NOT NULL;

DROP TABLE mastodon_note; DROP TABLE mastodon_told;
