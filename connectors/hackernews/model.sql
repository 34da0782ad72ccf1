-- Hits -> mentions: the project named elsewhere. A story and the comments on it are one thread, named by the story's number.

INSERT INTO out_place BY NAME
SELECT 'site' AS key, 'site' AS kind, 'Hacker News' AS name, 'https://news.ycombinator.com/' AS url;

CREATE OR REPLACE TEMP TABLE hackernews_item AS
SELECT record_id, nullif(json->>'author', '') AS author, to_timestamp(TRY_CAST(json->>'created_at_i' AS DOUBLE)) AS happened_at,
       list_contains(from_json(json->'_tags', '["VARCHAR"]'), 'comment') AS is_comment,
       list_filter(from_json(json->'_tags', '["VARCHAR"]'), t -> t IN ('story', 'comment', 'ask_hn', 'show_hn', 'poll', 'pollopt', 'job', 'front_page')) AS types,
       nullif(html_text(coalesce(json->>'title', (json->>'story_title'))), '') AS title,
       nullif(html_text(coalesce(json->>'comment_text', (json->>'story_text'))), '') AS text, nullif(coalesce(json->>'url', (json->>'story_url')), '') AS link,
       coalesce(json->>'story_id', CASE WHEN NOT coalesce(list_contains(from_json(json->'_tags', '["VARCHAR"]'), 'comment'), false) THEN record_id END) AS story,
       (json->>'parent_id') AS parent, TRY_CAST(json->>'points' AS BIGINT) AS points, TRY_CAST(json->>'num_comments' AS BIGINT) AS comments
FROM changed WHERE stream = 'items';

INSERT INTO out_account BY NAME
SELECT author AS key, 'hackernews' AS platform, author AS login, max(happened_at) AS seen_at FROM hackernews_item WHERE author IS NOT NULL GROUP BY author;

INSERT INTO out_thread BY NAME
SELECT 'story/' || story AS key, 'site' AS place_key, title, 'https://news.ycombinator.com/item?id=' || story AS url, happened_at AS opened_at, author AS opened_by_key
FROM hackernews_item WHERE story = record_id;

INSERT INTO out_activity BY NAME
SELECT 'items' AS stream, record_id, record_id AS key, 'mention' AS kind, 'site' AS place_key, 'story/' || story AS thread_key,
       CASE WHEN is_comment THEN parent END AS parent_key, author AS account_key, happened_at, title, text, 'https://news.ycombinator.com/item?id=' || record_id AS url,
       json_merge_patch('{}', json_object('types', types, 'link', link, 'points', points, 'comments', comments)) AS attributes
FROM hackernews_item;

DROP TABLE hackernews_item;
