-- Submissions -> topics (of a subreddit that is read whole) or mentions (found by a search), their comments -> replies.
-- `reddit_kind` and `reddit_url` are set by the connector. A score is what is left of up votes after the down votes, and blurred
-- by Reddit: an attribute, no number of reactions.

CREATE OR REPLACE TEMP TABLE reddit_post AS
SELECT record_id, json->'post' AS post, json->'comments' AS comments, TRY_CAST(json->>'hidden' AS BIGINT) AS hidden,
       lower(json->'post'->>'subreddit') AS subreddit, json->'post'->>'title' AS title,
       getvariable('reddit_url') || (json->'post'->>'permalink') AS url
FROM changed WHERE stream = 'submissions';

-- Submissions and comments alike. "[deleted]" stands where an account or a text was.
CREATE OR REPLACE TEMP TABLE reddit_said AS
WITH one AS (
  SELECT record_id, subreddit, title, url AS thread_url, NULL AS parent, post AS said FROM reddit_post
  UNION ALL
  SELECT record_id, subreddit, title, url, c->>'parent_id', c FROM (SELECT *, unnest(from_json(comments, '["JSON"]')) AS c FROM reddit_post)
)
SELECT record_id, subreddit, title, parent, said, coalesce(said->>'name', CASE WHEN parent IS NULL THEN 't3_' ELSE 't1_' END || (said->>'id')) AS key,
       to_timestamp(TRY_CAST(said->>'created_utc' AS DOUBLE)) AS happened_at,
       CASE WHEN (said->>'author') NOT IN ('[deleted]', '') THEN coalesce(said->>'author_fullname', '@' || lower(said->>'author')) END AS account_key,
       CASE WHEN (said->>'author') <> '[deleted]' THEN said->>'author' END AS author,
       CASE WHEN coalesce(said->>'selftext', said->>'body') NOT IN ('[deleted]', '[removed]', '') THEN coalesce(said->>'selftext', said->>'body') END AS text,
       coalesce(getvariable('reddit_url') || (said->>'permalink'), thread_url) AS url
FROM one;

INSERT INTO out_place BY NAME
SELECT 'r/' || subreddit AS key, 'subreddit' AS kind, 'r/' || any_value(post->>'subreddit') AS name,
       getvariable('reddit_url') || '/r/' || any_value(post->>'subreddit') || '/' AS url
FROM reddit_post WHERE subreddit IS NOT NULL GROUP BY subreddit;

-- AutoModerator is the site's own program; others are told by their names.
INSERT INTO out_account BY NAME
SELECT account_key AS key, 'reddit' AS platform, arg_max(author, happened_at) AS login,
       CASE WHEN lower(any_value(author)) = 'automoderator' THEN 'bot' END AS kind, max(happened_at) AS seen_at
FROM reddit_said WHERE account_key IS NOT NULL GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT 't3_' || record_id AS key, 'r/' || subreddit AS place_key, title, url, happened_at AS opened_at, account_key AS opened_by_key
FROM reddit_said WHERE parent IS NULL;

INSERT INTO out_activity BY NAME
SELECT 'submissions' AS stream, record_id, key, CASE WHEN parent IS NULL THEN getvariable('reddit_kind') ELSE 'reply' END AS kind,
       'r/' || subreddit AS place_key, 't3_' || record_id AS thread_key, parent AS parent_key, account_key, happened_at, title, text, url,
       json_merge_patch('{}', json_object(
         'score', TRY_CAST(said->>'score' AS BIGINT), 'up_ratio', TRY_CAST(said->>'upvote_ratio' AS DOUBLE),
         'comments', TRY_CAST(said->>'num_comments' AS BIGINT), 'flair', nullif(said->>'link_flair_text', ''),
         'link', CASE WHEN (said->>'is_self') = 'false' THEN said->>'url' END,
         'removed', coalesce(said->>'removed_by_category', CASE WHEN coalesce(said->>'selftext', said->>'body') = '[removed]' THEN 'moderator' END),
         'edited', CASE WHEN TRY_CAST(said->>'edited' AS DOUBLE) > 1 THEN strftime(to_timestamp(TRY_CAST(said->>'edited' AS DOUBLE)), '%Y-%m-%dT%H:%M:%SZ') END,
         'by', nullif(said->>'distinguished', ''))) AS attributes
FROM reddit_said;

INSERT INTO out_rejected BY NAME
SELECT 'submissions' AS stream, record_id, 'Reddit kept back ' || hidden || ' comments of submission ' || record_id AS reason, left(title, 300) AS excerpt
FROM reddit_post WHERE hidden > 0;

DROP TABLE reddit_post; DROP TABLE reddit_said;
