-- Videos -> posts of our own, comments -> comments, likes -> one reaction a video, and what the views grew by from one day's snapshot to the
-- next -> plays.

CREATE OR REPLACE TEMP TABLE youtube_video AS
SELECT record_id, json->'video'->'snippet' AS s, json->'video'->'statistics' AS n, json->'video'->'contentDetails' AS d, json->'comments' AS comments,
       json->'video'->'snippet'->>'title' AS title, json->'video'->'snippet'->>'channelId' AS channel, 'https://www.youtube.com/watch?v=' || record_id AS url,
       TRY_CAST(json->'video'->'snippet'->>'publishedAt' AS TIMESTAMPTZ) AS happened_at
FROM changed WHERE stream = 'videos';

CREATE OR REPLACE TEMP TABLE youtube_comment AS
SELECT record_id, channel, title, c->>'id' AS id, c->'snippet' AS s, url || '&lc=' || (c->>'id') AS url, c->'snippet'->'authorChannelId'->>'value' AS account_key,
       TRY_CAST(c->'snippet'->>'publishedAt' AS TIMESTAMPTZ) AS happened_at
FROM (SELECT *, unnest(from_json(comments, '["JSON"]')) AS c FROM youtube_video);

INSERT INTO out_place BY NAME
SELECT 'channel/' || channel AS key, 'channel' AS kind, arg_max(s->>'channelTitle', happened_at) AS name, 'https://www.youtube.com/channel/' || channel AS url
FROM youtube_video WHERE channel IS NOT NULL GROUP BY channel;

-- YouTube marks no bots; they are told by their names.
INSERT INTO out_account BY NAME
SELECT account_key AS key, 'youtube' AS platform, arg_max(login, happened_at) AS login, arg_max(name, happened_at) AS name, max(happened_at) AS seen_at FROM (
  SELECT channel AS account_key, NULL AS login, s->>'channelTitle' AS name, happened_at FROM youtube_video
  UNION ALL SELECT account_key, ltrim(s->>'authorDisplayName', '@'), NULL, happened_at FROM youtube_comment
) WHERE account_key IS NOT NULL GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT 'video/' || record_id AS key, 'channel/' || channel AS place_key, title, url, happened_at AS opened_at, channel AS opened_by_key FROM youtube_video;

INSERT INTO out_activity BY NAME
SELECT 'videos' AS stream, record_id, 'video/' || record_id AS key, 'post' AS kind, 'channel/' || channel AS place_key, 'video/' || record_id AS thread_key, channel AS account_key,
       happened_at, title, nullif(s->>'description', '') AS text, url,
       json_merge_patch('{}', json_object('views', TRY_CAST(n->>'viewCount' AS BIGINT), 'likes', TRY_CAST(n->>'likeCount' AS BIGINT), 'comments', TRY_CAST(n->>'commentCount' AS BIGINT),
         'duration', d->>'duration', 'tags', s->'tags')) AS attributes
FROM youtube_video;

INSERT INTO out_activity BY NAME
SELECT 'videos' AS stream, record_id, 'comment/' || id AS key, 'comment' AS kind, 'channel/' || channel AS place_key, 'video/' || record_id AS thread_key,
       coalesce('comment/' || (s->>'parentId'), 'video/' || record_id) AS parent_key, account_key, happened_at, title, coalesce(s->>'textOriginal', s->>'textDisplay') AS text, url,
       json_merge_patch('{}', json_object('likes', TRY_CAST(s->>'likeCount' AS BIGINT), 'edited', CASE WHEN (s->>'updatedAt') <> (s->>'publishedAt') THEN s->>'updatedAt' END)) AS attributes
FROM youtube_comment;

INSERT INTO out_activity BY NAME
SELECT 'videos' AS stream, record_id, 'likes/' || record_id AS key, 'reaction' AS kind, 'channel/' || channel AS place_key, 'video/' || record_id AS thread_key, 'video/' || record_id AS parent_key,
       happened_at, title, url, TRY_CAST(n->>'likeCount' AS DOUBLE) AS amount, json('{"reaction":"like","time":"of the post"}') AS attributes
FROM youtube_video WHERE TRY_CAST(n->>'likeCount' AS BIGINT) > 0 AND happened_at IS NOT NULL;

-- A snapshot is compared with the one before, which may be older than what changed. The first has nothing to be compared with.
INSERT INTO out_activity BY NAME
WITH snapshot AS (
  SELECT record_id, json->>'video' AS video, TRY_CAST(json->>'day' AS DATE) AS day, TRY_CAST(json->'statistics'->>'viewCount' AS BIGINT) AS views FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'statistics' AND NOT gone
), grown AS (
  SELECT *, views - lag(views) OVER earlier AS plays, lag(day) OVER earlier AS since FROM snapshot WHERE views IS NOT NULL WINDOW earlier AS (PARTITION BY video ORDER BY day)
)
SELECT 'statistics' AS stream, record_id, 'plays/' || record_id AS key, 'play' AS kind, 'video/' || video AS thread_key, 'video/' || video AS parent_key,
       day::TIMESTAMPTZ AS happened_at, 'https://www.youtube.com/watch?v=' || video AS url, plays::DOUBLE AS amount, json_object('views', views, 'since', since::VARCHAR) AS attributes
FROM grown WHERE plays > 0 AND record_id IN (SELECT record_id FROM changed WHERE stream = 'statistics');

DROP TABLE youtube_video; DROP TABLE youtube_comment;
