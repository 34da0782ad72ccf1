-- What the API of Gitea and Forgejo tells -> issues, pull requests, comments, reviews, reactions, stars, forks, releases. Kinds and
-- attributes are those of github/model.sql wherever both sites have the thing.

CREATE OR REPLACE TEMP MACRO gitea_without_nulls(object) AS nullif(json_merge_patch('{}', object), '{}');
CREATE OR REPLACE TEMP MACRO gitea_page() AS getvariable('gitea_url') || '/';
CREATE OR REPLACE TEMP MACRO gitea_time(item, member) AS TRY_CAST(nullif(item->>member, '') AS TIMESTAMPTZ);
-- Who wrote something. What was moved here from another site stands under whoever moved it, and names its author beside.
CREATE OR REPLACE TEMP MACRO gitea_author(item, who) AS
  CASE WHEN coalesce(item->>'original_author', '') <> '' THEN json_object('original', item->>'original_author') ELSE item->who END;
CREATE OR REPLACE TEMP MACRO gitea_key(who) AS coalesce('original/' || lower(who->>'original'), nullif(lower(who->>'login'), ''));

CREATE OR REPLACE TEMP TABLE gitea_record AS
SELECT stream, record_id, json AS item, json->>'_repository' AS repository, lower(json->>'_repository') AS place_key, updated_at FROM changed;

-- One row a thing that somebody said.
CREATE OR REPLACE TEMP TABLE gitea_said AS
WITH review_record AS (
  SELECT stream, record_id, place_key, place_key || '#' || (item->>'number') AS thread_key, 'subject/' || place_key || '#' || (item->>'number') AS subject_key, item
  FROM gitea_record WHERE stream = 'reviews'
)
SELECT stream, record_id, CASE stream WHEN 'pulls' THEN 'change_request' ELSE 'issue' END AS kind, 'subject/' || place_key || '#' || (item->>'number') AS key, place_key,
       place_key || '#' || (item->>'number') AS thread_key, NULL AS parent_key, gitea_author(item, 'user') AS author, gitea_time(item, 'created_at') AS happened_at,
       item->>'title' AS title, item->>'body' AS text, item->>'html_url' AS url,
       json_object('number', TRY_CAST(item->>'number' AS BIGINT), 'state', CASE WHEN (item->>'merged') = 'true' THEN 'merged' ELSE item->>'state' END,
         'labels', CASE WHEN len(item->'$.labels[*]') > 0 THEN item->>'$.labels[*].name' END, 'closed_at', item->>'closed_at', 'merged_at', item->>'merged_at', 'merged_by', item->'merged_by'->>'login',
         'draft', CASE WHEN (item->>'draft') = 'true' THEN true END, 'milestone', item->'milestone'->>'title', 'locked', CASE WHEN (item->>'is_locked') = 'true' THEN true END,
         'assignees', CASE WHEN len(item->'$.assignees[*]') > 0 THEN item->>'$.assignees[*].login' END,
         'reviewers', CASE WHEN len(item->'$.requested_reviewers[*]') > 0 THEN item->>'$.requested_reviewers[*].login' END,
         'base', item->'base'->>'ref', 'head', item->'head'->>'ref', 'additions', TRY_CAST(item->>'additions' AS BIGINT), 'deletions', TRY_CAST(item->>'deletions' AS BIGINT),
         'files', TRY_CAST(item->>'changed_files' AS BIGINT)) AS attributes
FROM gitea_record WHERE stream IN ('issues', 'pulls')
UNION ALL BY NAME
SELECT stream, record_id, 'comment' AS kind, 'comment/' || place_key || '/' || (item->>'id') AS key, place_key, place_key || '#' || number AS thread_key,
       'subject/' || place_key || '#' || number AS parent_key, gitea_author(item, 'user') AS author, gitea_time(item, 'created_at') AS happened_at, item->>'body' AS text, item->>'html_url' AS url
FROM (SELECT *, nullif(regexp_extract(coalesce(nullif(item->>'pull_request_url', ''), item->>'issue_url', ''), '/([0-9]+)$', 1), '') AS number FROM gitea_record WHERE stream = 'comments')
UNION ALL BY NAME
-- Not handed in yet (PENDING), or only asked for (REQUEST_REVIEW): no review.
SELECT stream, record_id, 'review' AS kind, 'review/' || place_key || '/' || (review->>'id') AS key, place_key, thread_key, subject_key AS parent_key, gitea_author(review, 'user') AS author,
       gitea_time(review, 'submitted_at') AS happened_at, review->>'body' AS text, review->>'html_url' AS url,
       json_object('state', CASE review->>'state' WHEN 'APPROVED' THEN 'approved' WHEN 'REQUEST_CHANGES' THEN 'changes_requested' WHEN 'COMMENT' THEN 'commented' ELSE lower(review->>'state') END,
         'dismissed', CASE WHEN (review->>'dismissed') = 'true' THEN true END) AS attributes
FROM (SELECT * EXCLUDE (item), unnest(item->'$._reviews[*]') AS review FROM review_record) WHERE (review->>'state') NOT IN ('PENDING', 'REQUEST_REVIEW')
UNION ALL BY NAME
SELECT stream, record_id, 'comment' AS kind, 'comment/line/' || place_key || '/' || (remark->>'id') AS key, place_key, thread_key,
       coalesce('review/' || place_key || '/' || (remark->>'pull_request_review_id'), subject_key) AS parent_key, gitea_author(remark, 'user') AS author, gitea_time(remark, 'created_at') AS happened_at,
       remark->>'body' AS text, remark->>'html_url' AS url, json_object('commit', nullif(remark->>'commit_id', ''), 'path', remark->>'path') AS attributes
FROM (SELECT * EXCLUDE (item), unnest(item->'$._remarks[*]') AS remark FROM review_record)
UNION ALL BY NAME
SELECT stream, record_id, 'reaction' AS kind, subject_key || '/reaction/' || (reaction->>'content') || '/' || coalesce(lower(reaction->'user'->>'login'), '') AS key, place_key, thread_key, subject_key AS parent_key,
       reaction->'user' AS author, gitea_time(reaction, 'created_at') AS happened_at, url, json_object('reaction', reaction->>'content') AS attributes
FROM (SELECT stream, record_id, place_key, place_key || '#' || (item->>'number') AS thread_key, 'subject/' || place_key || '#' || (item->>'number') AS subject_key, item->>'html_url' AS url,
             unnest(item->'$.reactions[*]') AS reaction FROM gitea_record WHERE stream = 'reactions')
UNION ALL BY NAME
SELECT stream, record_id, 'release' AS kind, 'release/' || place_key || '/' || (item->>'id') AS key, place_key, item->'author' AS author,
       coalesce(gitea_time(item, 'published_at'), gitea_time(item, 'created_at')) AS happened_at, coalesce(nullif(item->>'name', ''), item->>'tag_name') AS title, item->>'body' AS text, item->>'html_url' AS url,
       json_object('tag', item->>'tag_name', 'prerelease', CASE WHEN (item->>'prerelease') = 'true' THEN true END, 'files', nullif(len(item->'$.assets[*]'), 0),
         'downloads', CASE WHEN len(item->'$.assets[*]') > 0 THEN list_sum([TRY_CAST(n AS BIGINT) FOR n IN json_extract(item, '$.assets[*].download_count')])::BIGINT END) AS attributes
FROM gitea_record WHERE stream = 'releases' AND (item->>'draft') IS DISTINCT FROM 'true'
UNION ALL BY NAME
SELECT stream, record_id, 'fork' AS kind, 'fork/' || place_key || '/' || (item->>'id') AS key, place_key, item->'owner' AS author, gitea_time(item, 'created_at') AS happened_at,
       item->>'full_name' AS title, item->>'html_url' AS url
FROM gitea_record WHERE stream = 'forks'
UNION ALL BY NAME
-- A star that was there at the first look has no date, and is no activity; of the others the pass that found it is the date.
SELECT stream, record_id, 'star' AS kind, 'star/' || place_key || '/' || (item->>'id') AS key, place_key, item AS author, updated_at AS happened_at, json_object('time', 'first seen') AS attributes
FROM gitea_record WHERE stream = 'stargazers' AND updated_at IS NOT NULL;

-- A bot is an account with a number below zero: these are Gitea's own, "Ghost" for whoever was deleted and the user of actions. No
-- answer tells of others; whoever has a name like a bot's, src/identity finds. Addresses that go nowhere are no addresses.
INSERT INTO out_account BY NAME
WITH actor AS (
  SELECT author AS who, happened_at AS seen_at FROM gitea_said
  UNION ALL SELECT item, NULL FROM gitea_record WHERE stream = 'stargazers'
), told AS (
  SELECT gitea_key(who) AS key, who->>'login' AS login, nullif(coalesce(who->>'original', who->>'full_name'), '') AS name,
         CASE WHEN (who->>'email') LIKE '%_@_%' AND (who->>'email') NOT LIKE '%noreply%' THEN who->>'email' END AS email, TRY_CAST(who->>'id' AS BIGINT) < 0 AS is_bot,
         coalesce(seen_at, '-infinity'::TIMESTAMPTZ) AS told_at
  FROM actor WHERE gitea_key(who) IS NOT NULL
)
SELECT key, 'gitea' AS platform, arg_max(login, (told_at, login)) AS login, arg_max(name, (told_at, name)) AS name, arg_max(email, (told_at, email)) AS email, CASE WHEN bool_or(is_bot) THEN 'bot' END AS kind,
       nullif(max(told_at), '-infinity'::TIMESTAMPTZ) AS seen_at
FROM told GROUP BY key;

-- What a repository is called it says itself, whichever of its records came now; until it does it is what it was asked for by.
INSERT INTO out_place BY NAME
WITH itself AS (
  SELECT record_id AS place_key, json->>'full_name' AS name, json->>'html_url' AS url FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'repositories' AND NOT gone
)
SELECT place_key AS key, 'repository' AS kind, coalesce(any_value(itself.name), max(repository)) AS name, coalesce(any_value(itself.url), gitea_page() || max(repository)) AS url
FROM gitea_record LEFT JOIN itself USING (place_key) WHERE place_key IS NOT NULL GROUP BY place_key;

INSERT INTO out_thread BY NAME
SELECT thread_key AS key, place_key, title, url, happened_at AS opened_at, gitea_key(author) AS opened_by_key FROM gitea_said WHERE kind IN ('issue', 'change_request');

INSERT INTO out_activity BY NAME
SELECT stream, record_id, key, kind, place_key, thread_key, parent_key, gitea_key(author) AS account_key, happened_at, title, nullif(text, '') AS text,
       coalesce(nullif(url, ''), gitea_page() || place_key) AS url, gitea_without_nulls(coalesce(attributes, '{}')) AS attributes
FROM gitea_said;

DROP TABLE gitea_record; DROP TABLE gitea_said;
DROP MACRO gitea_without_nulls; DROP MACRO gitea_page; DROP MACRO gitea_time; DROP MACRO gitea_author; DROP MACRO gitea_key;
