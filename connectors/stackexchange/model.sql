-- Posts, comments and votes, of a dump or of the API -> questions, answers, comments, reactions. A dump is one snapshot in several
-- files whose rows speak of each other, so a change anywhere gives all of it its meaning again.

CREATE OR REPLACE TEMP TABLE stackexchange_any AS
SELECT stable_id('source/' || getvariable('source_name')) AS source_id
WHERE EXISTS (FROM changed_stackexchange_post) OR EXISTS (FROM changed_stackexchange_comment) OR EXISTS (FROM changed_stackexchange_user)
   OR EXISTS (FROM changed_stackexchange_vote);

CREATE OR REPLACE TEMP TABLE stackexchange_read AS
SELECT post.*, coalesce(user_id::VARCHAR, 'name/' || user_name) AS account_key, CASE WHEN type = 1 THEN post ELSE parent END AS question,
       -- Older dumps escape titles twice.
       CASE WHEN title LIKE '%&%;%' AND title NOT LIKE '%<%' THEN html_text(title) ELSE title END AS plain_title,
       CASE WHEN site IS NOT NULL THEN 'https://' || site || CASE type WHEN 1 THEN '/questions/' ELSE '/a/' END || post END AS url
FROM stackexchange_post post SEMI JOIN stackexchange_any USING (source_id) WHERE type IN (1, 2);

INSERT INTO out_place BY NAME
SELECT 'site' AS key, 'site' AS kind, coalesce(any_value(site), getvariable('source_name')) AS name, 'https://' || any_value(site) AS url
FROM stackexchange_read HAVING count(*) > 0;

INSERT INTO out_thread BY NAME
SELECT 'question/' || post AS key, 'site' AS place_key, plain_title AS title, url, created_at AS opened_at, account_key AS opened_by_key
FROM stackexchange_read WHERE type = 1;

INSERT INTO out_activity BY NAME
SELECT 'rows' AS stream, post.record_id, 'post/' || post.post AS key, CASE post.type WHEN 1 THEN 'question' ELSE 'answer' END AS kind, 'site' AS place_key,
       'question/' || post.question AS thread_key, 'post/' || post.parent AS parent_key, post.account_key, post.created_at AS happened_at,
       coalesce(post.plain_title, question.plain_title) AS title, html_text(post.body) AS text, post.url,
       json_merge_patch('{}', CASE post.type
         WHEN 1 THEN json_object('score', post.score, 'views', post.views, 'closed', CASE WHEN post.closed_at IS NOT NULL THEN true END,
                                 'tags', nullif(list_filter(regexp_split_to_array(post.tags, '[<>|]+'), tag -> tag <> ''), []))
         ELSE json_object('score', post.score, 'accepted', question.accepted IS NOT DISTINCT FROM post.post) END) AS attributes
FROM stackexchange_read post LEFT JOIN stackexchange_read question ON question.type = 1 AND question.post = post.parent;

INSERT INTO out_activity BY NAME
SELECT 'rows' AS stream, comment.record_id, comment.record_id AS key, 'comment' AS kind, 'site' AS place_key, 'question/' || post.question AS thread_key,
       'post/' || comment.post AS parent_key, coalesce(comment.user_id::VARCHAR, 'name/' || comment.user_name) AS account_key,
       comment.created_at AS happened_at,
       CASE WHEN comment.text LIKE '%&%;%' AND comment.text NOT LIKE '%<%' THEN html_text(comment.text) ELSE comment.text END AS text,
       'https://' || post.site || '/posts/comments/' || comment.comment AS url,
       CASE WHEN comment.score > 0 THEN json_object('score', comment.score) END AS attributes
FROM stackexchange_comment comment SEMI JOIN stackexchange_any USING (source_id) LEFT JOIN stackexchange_read post USING (post);

-- Votes have a day and no voter: one reaction for each post, day and kind of vote, with their number. The API tells the number
-- alone: it stands at the time of the post, unless a dump told the days.
CREATE OR REPLACE TEMP TABLE stackexchange_voted AS
SELECT vote.* FROM stackexchange_vote vote SEMI JOIN stackexchange_any USING (source_id) WHERE type IN (2, 3, 5)
QUALIFY votes IS NULL OR count(*) FILTER (votes IS NULL) OVER (PARTITION BY post, type) = 0;

INSERT INTO out_activity BY NAME
SELECT 'rows' AS stream, min(vote.record_id) AS record_id, concat_ws('/', 'votes', vote.post, vote.type, date_trunc('day', vote.created_at)::DATE) AS key,
       'reaction' AS kind, 'site' AS place_key, 'question/' || any_value(post.question) AS thread_key, 'post/' || vote.post AS parent_key,
       CASE WHEN any_value(vote.votes) IS NULL THEN date_trunc('day', min(vote.created_at)) ELSE min(vote.created_at) END AS happened_at,
       any_value(post.url) AS url, sum(coalesce(vote.votes, 1))::DOUBLE AS amount,
       json_merge_patch('{}', json_object('reaction', CASE vote.type WHEN 2 THEN 'up' WHEN 3 THEN 'down' ELSE 'favorite' END,
                                          'time', CASE WHEN any_value(vote.votes) IS NOT NULL THEN 'of the post' END)) AS attributes
FROM stackexchange_voted vote LEFT JOIN stackexchange_read post USING (post)
GROUP BY vote.post, vote.type, date_trunc('day', vote.created_at) HAVING sum(coalesce(vote.votes, 1)) > 0;

-- Only who wrote something. -1 is the site's own process.
INSERT INTO out_account BY NAME
WITH wrote AS (
  SELECT account_key, any_value(user_id) AS user_id, max(user_name) AS user_name, max(created_at) AS seen_at FROM (
    SELECT account_key, user_id, user_name, created_at FROM stackexchange_read
    UNION ALL
    SELECT coalesce(user_id::VARCHAR, 'name/' || user_name), user_id, user_name, created_at
    FROM stackexchange_comment SEMI JOIN stackexchange_any USING (source_id)
  ) WHERE account_key IS NOT NULL GROUP BY account_key
)
SELECT account_key AS key, 'stackexchange' AS platform, coalesce(known.name, wrote.user_name) AS name, CASE WHEN user_id < 0 THEN 'bot' END AS kind, wrote.seen_at
FROM wrote LEFT JOIN (SELECT user_id, name FROM stackexchange_user SEMI JOIN stackexchange_any USING (source_id)) known USING (user_id);
