-- Articles -> posts or mentions, comments -> comments, the number of reactions -> one reaction at the time of the article.
-- `forem_kind` and `forem_url` are set by the connector.

CREATE OR REPLACE TEMP TABLE devto_article AS
SELECT record_id, a, json->'comments' AS comments, a->>'title' AS title, a->>'url' AS url, 'article/' || record_id AS thread,
       coalesce(TRY_CAST(a->>'published_timestamp' AS TIMESTAMPTZ), TRY_CAST(a->>'published_at' AS TIMESTAMPTZ)) AS happened_at,
       coalesce('user/' || (a->'user'->>'user_id'), '@' || lower(a->'user'->>'username')) AS account_key
FROM (SELECT record_id, json, json->'article' AS a FROM changed WHERE stream = 'articles');

-- The tree of comments, level by level; a deleted one keeps its place and has no user.
CREATE OR REPLACE TEMP TABLE devto_comment AS
WITH RECURSIVE tree AS (
  SELECT record_id, thread, title, 'article/' || record_id AS parent, unnest(from_json(comments, '["JSON"]')) AS c FROM devto_article
  UNION ALL
  SELECT record_id, thread, title, 'comment/' || (c->>'id_code'), unnest(from_json(c->'children', '["JSON"]')) FROM tree
)
SELECT record_id, thread, title, parent, c, 'comment/' || (c->>'id_code') AS key, TRY_CAST(c->>'created_at' AS TIMESTAMPTZ) AS happened_at,
       coalesce('user/' || (c->'user'->>'user_id'), '@' || lower(c->'user'->>'username')) AS account_key
FROM tree;

INSERT INTO out_place BY NAME
SELECT 'site' AS key, 'site' AS kind, regexp_replace(getvariable('forem_url'), '^https?://', '') AS name, getvariable('forem_url') AS url;

-- A Forem marks no bots; they are told by their names.
INSERT INTO out_account BY NAME
SELECT account_key AS key, 'forem' AS platform, arg_max(u->>'username', happened_at) AS login, arg_max(u->>'name', happened_at) AS name, max(happened_at) AS seen_at
FROM (SELECT account_key, a->'user' AS u, happened_at FROM devto_article UNION ALL SELECT account_key, c->'user', happened_at FROM devto_comment)
WHERE account_key IS NOT NULL GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT thread AS key, 'site' AS place_key, title, url, happened_at AS opened_at, account_key AS opened_by_key FROM devto_article;

INSERT INTO out_activity BY NAME
SELECT 'articles' AS stream, record_id, 'article/' || record_id AS key, getvariable('forem_kind') AS kind, 'site' AS place_key, thread AS thread_key, account_key,
       happened_at, title, coalesce(a->>'body_markdown', a->>'description') AS text, url,
       json_merge_patch('{}', json_object(
         'tags', CASE json_type(coalesce(a->'tags', a->'tag_list')) WHEN 'ARRAY' THEN coalesce(a->'tags', a->'tag_list')
                   ELSE to_json(nullif(list_filter(string_split(coalesce(a->>'tags', a->>'tag_list'), ', '), t -> t <> ''), [])) END,
         'comments', TRY_CAST(a->>'comments_count' AS BIGINT), 'minutes', TRY_CAST(a->>'reading_time_minutes' AS BIGINT),
         'organization', a->'organization'->>'username', 'edited', a->>'edited_at',
         'first_published_at', CASE WHEN (a->>'canonical_url') <> url THEN a->>'canonical_url' END)) AS attributes
FROM devto_article;

INSERT INTO out_activity BY NAME
SELECT 'articles' AS stream, record_id, key, 'comment' AS kind, 'site' AS place_key, thread AS thread_key, parent AS parent_key, account_key, happened_at, title,
       nullif(html_text(c->>'body_html'), '') AS text, getvariable('forem_url') || '/comment/' || (c->>'id_code') AS url
FROM devto_comment;

INSERT INTO out_activity BY NAME
SELECT 'articles' AS stream, record_id, 'reactions/' || record_id AS key, 'reaction' AS kind, 'site' AS place_key, thread AS thread_key, 'article/' || record_id AS parent_key,
       happened_at, title, url, TRY_CAST(a->>'public_reactions_count' AS DOUBLE) AS amount, json('{"reaction":"any","time":"of the post"}') AS attributes
FROM devto_article WHERE TRY_CAST(a->>'public_reactions_count' AS BIGINT) > 0 AND happened_at IS NOT NULL;

DROP TABLE devto_article; DROP TABLE devto_comment;
