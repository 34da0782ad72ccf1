-- Topics with their posts -> threads, topic / reply / answer activities, likes. One raw record holds a whole topic, so
-- what is said of a topic never depends on another record; only the names of categories come from elsewhere.
-- A post that its author or a moderator deleted is no activity; its words stay in the raw record.
-- `forum_url` and `forum_likes` are set by the connector from its settings.

CREATE OR REPLACE TEMP TABLE discourse_topic AS
WITH topic AS (
  SELECT record_id, json_transform(json, '{"likers":"JSON","title":"VARCHAR","slug":"VARCHAR","category_id":"BIGINT",
    "created_at":"VARCHAR","deleted_at":"VARCHAR","closed":"BOOLEAN","tags":"JSON","accepted_answer":{"post_number":"BIGINT"},
    "post_stream":{"stream":["BIGINT"],"posts":[{"id":"BIGINT","post_number":"BIGINT","post_type":"BIGINT","user_id":"BIGINT",
      "username":"VARCHAR","name":"VARCHAR","created_at":"VARCHAR","updated_at":"VARCHAR","version":"BIGINT","cooked":"VARCHAR",
      "raw":"VARCHAR","reply_to_post_number":"BIGINT","deleted_at":"VARCHAR","user_deleted":"BOOLEAN","hidden":"BOOLEAN",
      "wiki":"BOOLEAN","accepted_answer":"BOOLEAN","action_code":"VARCHAR",
      "actions_summary":[{"id":"BIGINT","count":"BIGINT"}]}]}}') AS t
  FROM changed WHERE stream = 'topics' AND record_id <> 'categories'
)
SELECT record_id, t.likers, nullif(t.title, '') AS title, t.category_id, TRY_CAST(t.created_at AS TIMESTAMPTZ) AS created_at, t.closed,
       CASE WHEN json_type(t.tags) = 'ARRAY' AND json_array_length(t.tags) > 0 THEN t.tags END AS tags,
       t.accepted_answer.post_number AS accepted_number, t.post_stream.posts AS posts, len(t.post_stream.stream) AS listed,
       coalesce(nullif(getvariable('forum_url'), ''), regexp_extract(getvariable('source_url'), '^(https?://.*?)/*$', 1)) AS forum,
       CASE WHEN forum <> '' THEN forum || '/t/' || coalesce(nullif(t.slug, '') || '/', '') || record_id END AS url
FROM topic WHERE t.deleted_at IS NULL;

CREATE OR REPLACE TEMP TABLE discourse_post AS
WITH post AS (SELECT record_id, category_id, title, url, closed, tags, accepted_number, unnest(posts) AS p FROM discourse_topic)
SELECT record_id, category_id, title, closed, tags, p.id AS id, coalesce(p.post_number, 0) AS number, coalesce(p.post_type, 1) AS type,
       'post/' || p.id AS key, 'post/' || record_id || '/' || p.post_number AS number_key, p.reply_to_post_number AS reply_to,
       coalesce(p.user_id::VARCHAR, '@' || lower(nullif(p.username, ''))) AS account_key,
       nullif(p.username, '') AS username, nullif(p.name, '') AS name, TRY_CAST(p.created_at AS TIMESTAMPTZ) AS happened_at,
       p.version, p.updated_at, coalesce(p.hidden, false) AS hidden, coalesce(p.wiki, false) AS wiki, p.action_code,
       coalesce(p.accepted_answer, false) OR coalesce(p.post_number = accepted_number, false) AS accepted,
       CASE WHEN p.post_number > 1 THEN url || '/' || p.post_number ELSE url END AS url,
       -- Below an image stand its file name and size, which nobody wrote.
       nullif(CASE WHEN p.hidden THEN NULL
                   WHEN contains(p.cooked, '<div class="meta">')
                   THEN html_text(regexp_replace(p.cooked, '<div class="meta">.*?</div>', '', 'gs'))
                   ELSE coalesce(html_text(p.cooked), p.raw) END, '') AS text,
       list_sum([action.count FOR action IN p.actions_summary IF action.id = 2])::BIGINT AS likes
FROM post WHERE p.deleted_at IS NULL AND NOT coalesce(p.user_deleted, false);

-- Places. Categories are few: all of them each time, so that a topic never has to guess a name that is known.
CREATE OR REPLACE TEMP TABLE discourse_category AS
WITH listed AS (
  SELECT json FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'categories' AND NOT gone
), saved AS (
  SELECT unnest(from_json(coalesce(json->'categories', json->'category_list'->'categories'), '["JSON"]')) AS json FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'topics' AND record_id = 'categories' AND NOT gone
), every AS (SELECT json FROM listed UNION ALL SELECT json FROM saved)
SELECT (json->>'id')::BIGINT AS id, any_value(json->>'name') AS name, any_value(json->>'slug') AS slug,
       any_value(TRY_CAST(json->>'parent_category_id' AS BIGINT)) AS parent
FROM every WHERE TRY_CAST(json->>'id' AS BIGINT) IS NOT NULL GROUP BY 1;

INSERT INTO out_place BY NAME
WITH used AS (SELECT DISTINCT category_id AS id FROM discourse_topic WHERE category_id IS NOT NULL UNION SELECT id FROM discourse_category),
forum AS (SELECT coalesce(nullif(getvariable('forum_url'), ''), regexp_extract(getvariable('source_url'), '^(https?://.*?)/*$', 1)) AS url)
SELECT 'category/' || used.id AS key, 'category' AS kind,
       coalesce(above.name || ' / ', '') || coalesce(nullif(category.name, ''), 'category ' || used.id) AS name,
       CASE WHEN forum.url <> '' THEN forum.url || '/c/' || coalesce(nullif(category.slug, '') || '/', '') || used.id END AS url
FROM used CROSS JOIN forum LEFT JOIN discourse_category category USING (id) LEFT JOIN discourse_category above ON above.id = category.parent;

-- People. A user keeps the number through renames; the newest post knows the newest name.
INSERT INTO out_account BY NAME
SELECT account_key AS key, 'discourse' AS platform, arg_max(username, (happened_at, username)) AS login, arg_max(name, (happened_at, name)) AS name,
       CASE WHEN account_key[1] = '-' OR lower(any_value(username)) IN ('system', 'discobot') THEN 'bot' END AS kind, max(happened_at) AS seen_at
FROM discourse_post WHERE account_key IS NOT NULL GROUP BY account_key;

INSERT INTO out_account BY NAME
SELECT record_id AS key, 'discourse' AS platform, json->'user'->>'username' AS login, nullif(json->'user'->>'name', '') AS name,
       CASE WHEN record_id[1] = '-' THEN 'bot' END AS kind, updated_at AS seen_at
FROM changed WHERE stream = 'users';

-- Threads and posts.
INSERT INTO out_thread BY NAME
SELECT 'topic/' || topic.record_id AS key, 'category/' || topic.category_id AS place_key, topic.title, topic.url,
       coalesce(topic.created_at, first.happened_at) AS opened_at, first.account_key AS opened_by_key
FROM discourse_topic topic LEFT JOIN discourse_post first ON first.record_id = topic.record_id AND first.number = 1
WHERE len(topic.posts) > 0;

INSERT INTO out_activity BY NAME
SELECT 'topics' AS stream, post.record_id, post.key,
       CASE WHEN post.number = 1 THEN 'topic' WHEN post.type IN (2, 3) THEN 'moderation' WHEN post.type = 4 THEN 'whisper'
            WHEN post.accepted THEN 'answer' ELSE 'reply' END AS kind,
       'category/' || post.category_id AS place_key, 'topic/' || post.record_id AS thread_key, parent.key AS parent_key,
       post.account_key, post.happened_at, post.title, post.text, post.url,
       '{"post":' || post.number
         || CASE WHEN post.accepted THEN ',"accepted":true' ELSE '' END
         || CASE WHEN post.version > 1 THEN ',"edits":' || (post.version - 1) || coalesce(',"edited_at":' || to_json(post.updated_at), '') ELSE '' END
         || CASE WHEN post.hidden THEN ',"hidden":true' ELSE '' END
         || CASE WHEN post.wiki THEN ',"wiki":true' ELSE '' END
         || coalesce(',"action":' || to_json(post.action_code), '')
         || CASE WHEN post.number = 1 THEN coalesce(',"tags":' || post.tags, '') || CASE WHEN post.closed THEN ',"closed":true' ELSE '' END ELSE '' END
         || '}' AS attributes
FROM discourse_post post
LEFT JOIN discourse_post parent ON parent.number_key = 'post/' || post.record_id || '/' || post.reply_to AND parent.id <> post.id;

-- Likes. The forum does not say when: they stand at the time of the post.
CREATE OR REPLACE TEMP TABLE discourse_liker AS
WITH liked AS (SELECT record_id, likers, unnest(json_keys(likers)) AS post FROM discourse_topic WHERE json_type(likers) = 'OBJECT'),
one AS (SELECT record_id, post, unnest(from_json(likers->post, '["JSON"]')) AS liker FROM liked)
SELECT DISTINCT ON (record_id, post, account_key) record_id, TRY_CAST(post AS BIGINT) AS post_id,
       coalesce(liker->>'id', '@' || lower(liker->>'username')) AS account_key, liker->>'username' AS username, nullif(liker->>'name', '') AS name
FROM one WHERE coalesce(liker->>'id', liker->>'username') IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT 'topics' AS stream, post.record_id, post.key || '/like/' || liker.account_key AS key, 'reaction' AS kind,
       'category/' || category_id AS place_key, 'topic/' || post.record_id AS thread_key, post.key AS parent_key, liker.account_key, happened_at,
       title, url, '{"reaction":"like","time":"of the post"}' AS attributes
FROM discourse_post post JOIN discourse_liker liker ON liker.record_id = post.record_id AND liker.post_id = post.id
WHERE getvariable('forum_likes') IS DISTINCT FROM 'none' AND happened_at IS NOT NULL
UNION ALL BY NAME
SELECT 'topics' AS stream, record_id, key || '/likes' AS key, 'reaction' AS kind, 'category/' || category_id AS place_key,
       'topic/' || record_id AS thread_key, key AS parent_key, NULL AS account_key, happened_at, title, url, likes::DOUBLE AS amount,
       '{"reaction":"like","time":"of the post"}' AS attributes
FROM discourse_post post
WHERE likes > 0 AND getvariable('forum_likes') IS DISTINCT FROM 'none' AND happened_at IS NOT NULL
  AND NOT EXISTS (FROM discourse_liker liker WHERE liker.record_id = post.record_id AND liker.post_id = post.id);

INSERT INTO out_account BY NAME
SELECT liker.account_key AS key, 'discourse' AS platform, any_value(liker.username) AS login, any_value(liker.name) AS name, max(post.happened_at) AS seen_at
FROM discourse_liker liker JOIN discourse_post post ON liker.record_id = post.record_id AND liker.post_id = post.id GROUP BY 1;

-- What cannot be used, or is not all there.
INSERT INTO out_rejected BY NAME
SELECT 'topics' AS stream, record_id,
       CASE WHEN coalesce(len(posts), 0) = 0 THEN 'topic ' || record_id || ' has no posts'
            ELSE 'topic ' || record_id || ' is here with ' || len(posts) || ' of its ' || listed || ' posts' END AS reason,
       left(title, 300) AS excerpt
FROM discourse_topic WHERE coalesce(len(posts), 0) = 0 OR len(posts) < listed;

DROP TABLE discourse_topic; DROP TABLE discourse_post; DROP TABLE discourse_category; DROP TABLE discourse_liker;
