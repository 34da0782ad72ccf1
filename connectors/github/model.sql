-- What GitHub's REST API, its GraphQL and its webhooks tell -> issues, changes, reviews, comments, discussions, stars, forks,
-- releases, traffic. The three spell one thing differently (created_at, createdAt); here it gets one spelling. Attributes and
-- titles are those that gharchive/model.sql gives for the public timeline: change both or none.

-- Logins. GraphQL leaves the "[bot]" of an app's login out, REST and webhooks write it.
CREATE OR REPLACE TEMP MACRO github_login(who) AS
  CASE WHEN (who->>'__typename') = 'Bot' AND NOT ends_with(lower(who->>'login'), '[bot]') THEN (who->>'login') || '[bot]' ELSE (who->>'login') END;
CREATE OR REPLACE TEMP MACRO github_time(item, rest, graph) AS TRY_CAST(coalesce(item->>rest, item->>graph) AS TIMESTAMPTZ);
CREATE OR REPLACE TEMP MACRO github_number(address) AS regexp_extract(address, '/([0-9]+)$', 1);
CREATE OR REPLACE TEMP MACRO github_without_nulls(object) AS nullif(json_merge_patch('{}', object), '{}');

-- A pull request is told by its issue, by itself and by deliveries: what it is follows from all of them, whichever came last.
-- With deliveries anything may be told twice, so then all is read again.
CREATE OR REPLACE TEMP TABLE github_record AS
WITH fresh AS (SELECT stream, record_id FROM changed)
SELECT r.stream, r.record_id, r.json, fresh.record_id IS NOT NULL AS is_fresh
FROM raw_record r LEFT JOIN fresh ON fresh.stream = r.stream AND fresh.record_id = r.record_id
WHERE r.source_id = stable_id('source/' || getvariable('source_name')) AND NOT r.gone
  AND (fresh.record_id IS NOT NULL
       OR (r.stream IN ('issues', 'pulls') AND r.record_id IN (SELECT record_id FROM fresh WHERE stream IN ('issues', 'pulls')))
       OR (r.stream = 'releases' AND r.record_id[:10] = 'downloads/' AND EXISTS (FROM fresh WHERE stream = 'releases' AND record_id[:10] = 'downloads/'))
       OR EXISTS (FROM raw_record d WHERE d.source_id = r.source_id AND d.stream = 'deliveries'));

-- One row a thing that was told of, whoever told it. `number` is given where the thing itself does not say.
CREATE OR REPLACE TEMP TABLE github_item AS
WITH delivery AS (
  SELECT stream, record_id, (json->>'event') AS event, (json->'payload') AS payload, (json->'payload'->'repository'->>'full_name') AS repository,
         (json->'payload'->>'action') AS action, TRY_CAST((json->>'received_at') AS TIMESTAMPTZ) AS received_at
  FROM github_record WHERE stream = 'deliveries'
), told AS (
  SELECT stream, record_id, CASE stream WHEN 'repositories' THEN 'repository' WHEN 'issues' THEN 'subject' WHEN 'pulls' THEN 'subject' WHEN 'comments' THEN 'comment'
           WHEN 'review_comments' THEN 'comment' WHEN 'discussions' THEN 'discussion' WHEN 'stargazers' THEN 'star' WHEN 'forks' THEN 'fork' WHEN 'events' THEN 'event'
           WHEN 'releases' THEN split_part(record_id, '/', 1) WHEN 'traffic' THEN split_part(record_id, '/', 1) END AS what,
         (json->>'_repository') AS repository, NULL AS number, json AS item, NULL AS action, NULL::TIMESTAMPTZ AS received_at
  FROM github_record WHERE stream <> 'deliveries'
  UNION ALL BY NAME SELECT stream, record_id, 'subject' AS what, repository, (payload->'issue') AS item, CASE WHEN event = 'issues' THEN action END AS action, received_at
  FROM delivery WHERE event IN ('issues', 'issue_comment')
  UNION ALL BY NAME SELECT stream, record_id, 'subject' AS what, repository, (payload->'pull_request') AS item, received_at
  FROM delivery WHERE event IN ('pull_request', 'pull_request_review', 'pull_request_review_comment')
  UNION ALL BY NAME SELECT stream, record_id, 'comment' AS what, repository, (payload->'comment') AS item, action, received_at
  FROM delivery WHERE event IN ('issue_comment', 'pull_request_review_comment', 'commit_comment')
  UNION ALL BY NAME SELECT stream, record_id, 'review' AS what, repository, (payload->'pull_request'->>'number') AS number, (payload->'review') AS item, action, received_at
  FROM delivery WHERE event = 'pull_request_review'
  UNION ALL BY NAME SELECT stream, record_id, 'discussion' AS what, repository, (payload->'discussion') AS item, CASE WHEN event = 'discussion' THEN action END AS action, received_at
  FROM delivery WHERE event IN ('discussion', 'discussion_comment')
  UNION ALL BY NAME SELECT stream, record_id, 'discussion_comment' AS what, repository, (payload->'discussion'->>'number') AS number, (payload->'comment') AS item, action, received_at
  FROM delivery WHERE event = 'discussion_comment'
  UNION ALL BY NAME SELECT stream, record_id, 'star' AS what, repository, json_object('starred_at', (payload->'starred_at'), 'user', (payload->'sender')) AS item, action, received_at
  FROM delivery WHERE event = 'star' AND action = 'created'
  UNION ALL BY NAME SELECT stream, record_id, 'fork' AS what, repository, (payload->'forkee') AS item, action, received_at FROM delivery WHERE event = 'fork'
  UNION ALL BY NAME SELECT stream, record_id, 'release' AS what, repository, (payload->'release') AS item, action, received_at FROM delivery WHERE event = 'release'
  UNION ALL BY NAME SELECT stream, record_id, 'commit' AS what, repository,
         json_merge_patch(unnest(payload->'$.commits[*]'), json_object('ref', (payload->'ref'), 'pusher', (payload->'sender'))) AS item, action, received_at
  FROM delivery WHERE event = 'push'
)
SELECT told.* EXCLUDE (item), item, lower(repository) AS place_key, r.is_fresh
FROM told JOIN github_record r USING (stream, record_id) WHERE json_type(item) = 'OBJECT' AND repository IS NOT NULL;

-- Issues and pull requests --------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE github_subject AS
WITH seen AS (
  SELECT stream, record_id, is_fresh, place_key, repository, (item->>'number') AS number, item,
         (github_time(item, 'updated_at', 'updatedAt'), received_at, stream, record_id) AS version,
         stream = 'pulls' OR json_type(item->'pull_request') = 'OBJECT' OR (item->>'merge_commit_sha') IS NOT NULL OR json_type(item->'base') = 'OBJECT' AS is_change,
         coalesce((item->'user'), (item->'author')) AS author, action
  FROM github_item WHERE what = 'subject' AND (item->>'number') IS NOT NULL
)
SELECT min(stream) AS stream, arg_min(record_id, (stream, record_id)) AS record_id, bool_or(is_fresh) AS is_fresh, place_key, max(repository) AS repository, number,
       place_key || '#' || number AS thread_key, 'subject/' || place_key || '#' || number AS key,
       bool_or(is_change) AS is_change, coalesce(arg_max(action, version) FILTER (stream = 'deliveries') IN ('deleted', 'transferred'), false) AS is_deleted,
       arg_max(coalesce((item->>'html_url'), (item->>'url')), version) AS url, arg_max((item->>'title'), version) AS title, arg_max((item->>'body'), version) AS text,
       arg_max(author, version) AS author, min(github_time(item, 'created_at', 'createdAt')) AS happened_at, max(version[1]) AS updated_at,
       -- What may be taken back (closed, a label, draft) is as the newest word has it, also where that is "no more".
       arg_max({'state': lower(item->>'state'), 'closed_at': coalesce((item->>'closed_at'), (item->>'closedAt')), 'reason': lower(item->>'state_reason'),
                'labels': coalesce((item->'$.labels[*].name'), []) || coalesce((item->'$.labels.nodes[*].name'), []),
                'draft': coalesce((item->>'draft'), (item->>'isDraft')) = 'true', 'milestone': (item->'milestone'->>'title'), 'locked': (item->>'locked') = 'true',
                'assignees': (item->'$.assignees[*].login')}, version) AS latest,
       -- What only some of them tell, from the newest that does.
       max(coalesce((item->>'merged_at'), (item->>'mergedAt'), (item->'pull_request'->>'merged_at'))) AS merged_at,
       arg_max(nullif(github_login(coalesce((item->'merged_by'), (item->'mergedBy'))), ''), version) AS merged_by, arg_max(github_login(item->'closed_by'), version) AS closed_by,
       arg_max(coalesce((item->'base'->>'ref'), (item->>'baseRefName')), version) AS base, arg_max(coalesce((item->'head'->>'ref'), (item->>'headRefName')), version) AS head,
       arg_max(TRY_CAST((item->>'additions') AS BIGINT), version) AS additions, arg_max(TRY_CAST((item->>'deletions') AS BIGINT), version) AS deletions,
       arg_max(TRY_CAST(coalesce((item->>'changed_files'), (item->>'changedFiles')) AS BIGINT), version) AS files,
       arg_max(TRY_CAST(coalesce((item->'commits'->>'totalCount'), (item->>'commits')) AS BIGINT), version) AS commits,
       arg_max(lower(coalesce((item->>'author_association'), (item->>'authorAssociation'))), version) AS association,
       arg_max((item->'reactions'), version) AS reactions, arg_max((item->'_reactions'), version) AS reacted
FROM seen GROUP BY place_key, number;

-- Comments and reviews ------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE github_remark AS
WITH review_node AS (
  SELECT stream, record_id, is_fresh, place_key, repository, (item->>'number') AS number,
         unnest(coalesce((item->'$.reviews.nodes[*]'), []) || coalesce((item->'$._more_reviews[*]'), [])) AS item, NULL AS action, received_at
  FROM github_item WHERE what = 'subject' AND stream = 'pulls'
), remark AS (
  SELECT stream, record_id, is_fresh, place_key, repository, 'review' AS kind, number, item, action, received_at FROM review_node
  UNION ALL BY NAME SELECT stream, record_id, is_fresh, place_key, repository, 'review' AS kind, coalesce(number, github_number(item->>'pull_request_url')) AS number, item, action, received_at
  FROM github_item WHERE what = 'review'
  UNION ALL BY NAME
  SELECT stream, record_id, is_fresh, place_key, repository, 'comment' AS kind,
         nullif(github_number(coalesce((item->>'issue_url'), (item->>'pull_request_url'), '')), '') AS number, item, action, received_at
  FROM github_item WHERE what = 'comment'
), keyed AS (
  SELECT *, coalesce((item->>'id'), (item->>'databaseId')) AS id,
         CASE WHEN kind = 'review' THEN 'review/' WHEN (item->>'pull_request_url') IS NOT NULL THEN 'comment/line/' WHEN number IS NULL THEN 'comment/commit/' ELSE 'comment/' END AS space
  FROM remark
)
SELECT stream, record_id, is_fresh, place_key, repository, kind, space || place_key || '/' || id AS key,
       CASE WHEN number IS NOT NULL THEN place_key || '#' || number END AS thread_key, 'subject/' || place_key || '#' || number AS subject_key,
       space || place_key || '/' || nullif((item->>'in_reply_to_id'), '') AS reply_key,
       coalesce((item->'user'), (item->'author')) AS author, coalesce(github_time(item, 'created_at', 'createdAt'), github_time(item, 'submitted_at', 'submittedAt')) AS happened_at,
       nullif((item->>'body'), '') AS text, coalesce((item->>'html_url'), (item->>'url')) AS url, (item->'reactions') AS reactions, (item->'_reactions') AS reacted,
       CASE WHEN kind = 'review' THEN json_object('state', lower(item->>'state'))
            WHEN (item->>'path') IS NOT NULL OR (item->>'commit_id') IS NOT NULL THEN json_object('commit', (item->>'commit_id'), 'path', (item->>'path')) END AS attributes,
       lower(coalesce((item->>'author_association'), (item->>'authorAssociation'))) AS association,
       action IS NOT DISTINCT FROM 'deleted' AS is_deleted
FROM keyed WHERE (item->>'state') IS DISTINCT FROM 'PENDING'
QUALIFY row_number() OVER (PARTITION BY kind, space, place_key, id ORDER BY is_deleted DESC, coalesce((item->>'updated_at'), (item->>'submitted_at')) DESC NULLS LAST, stream, record_id) = 1;

-- Discussions -----------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE github_discussion AS
SELECT stream, record_id, is_fresh, place_key, repository, (item->>'number') AS number, place_key || '/discussion/' || (item->>'number') AS thread_key,
       'discussion/' || place_key || '#' || (item->>'number') AS key,
       coalesce((item->'category'->>'isAnswerable'), (item->'category'->>'is_answerable')) = 'true' AS is_question, (item->'category'->>'name') AS category,
       (item->>'title') AS title, (item->>'body') AS text, coalesce((item->>'html_url'), (item->>'url')) AS url, coalesce((item->'user'), (item->'author')) AS author,
       github_time(item, 'created_at', 'createdAt') AS happened_at, coalesce((item->>'answer_chosen_at'), (item->>'answerChosenAt')) AS answered_at,
       github_login(coalesce((item->'answer_chosen_by'), (item->'answerChosenBy'))) AS answered_by, TRY_CAST((item->>'upvoteCount') AS BIGINT) AS upvotes,
       coalesce((item->>'state') = 'closed', (item->>'closed') = 'true') AS is_closed, coalesce((item->'$.labels[*].name'), []) || coalesce((item->'$.labels.nodes[*].name'), []) AS labels,
       lower(coalesce((item->>'author_association'), (item->>'authorAssociation'))) AS association,
       CASE WHEN stream = 'deliveries' THEN (item->'reactions') ELSE (item->'reactionGroups') END AS reactions, (item->'$.reactions.nodes') AS reacted, item,
       coalesce(action IN ('deleted', 'transferred'), false) AS is_deleted
FROM github_item WHERE what = 'discussion' AND (item->>'number') IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY place_key, (item->>'number') ORDER BY is_deleted DESC, github_time(item, 'updated_at', 'updatedAt') DESC NULLS LAST, stream DESC, record_id) = 1;

CREATE OR REPLACE TEMP TABLE github_post AS
WITH comment AS (
  SELECT stream, record_id, is_fresh, place_key, key AS discussion_key, number, unnest(coalesce((item->'$.comments.nodes[*]'), []) || coalesce((item->'$._more_comments[*]'), [])) AS item
  FROM github_discussion WHERE stream = 'discussions'
), post AS (
  SELECT *, NULL AS comment_id, NULL AS action FROM comment
  UNION ALL BY NAME
  SELECT stream, record_id, is_fresh, place_key, discussion_key, number, unnest(item->'$.replies.nodes[*]') AS item, (item->>'databaseId') AS comment_id FROM comment
  UNION ALL BY NAME
  SELECT stream, record_id, is_fresh, place_key, key AS discussion_key, number, unnest(item->'$._more_replies[*]') AS item, NULL AS comment_id FROM github_discussion
  UNION ALL BY NAME
  SELECT stream, record_id, is_fresh, place_key, 'discussion/' || place_key || '#' || number AS discussion_key, number, item, (item->>'parent_id') AS comment_id, action
  FROM github_item WHERE what = 'discussion_comment'
), keyed AS (
  SELECT * EXCLUDE (comment_id), coalesce((item->>'databaseId'), (item->>'id')) AS id, coalesce(comment_id, (item->>'_comment')) AS comment_id FROM post
)
SELECT stream, record_id, is_fresh, place_key, discussion_key, place_key || '/discussion/' || number AS thread_key, 'post/' || place_key || '/' || id AS key,
       'post/' || place_key || '/' || nullif(comment_id, '') AS comment_key, (item->>'isAnswer') = 'true' AS is_answer, id,
       (item->>'body') AS text, coalesce((item->>'html_url'), (item->>'url')) AS url, coalesce((item->'user'), (item->'author')) AS author,
       github_time(item, 'created_at', 'createdAt') AS happened_at, TRY_CAST((item->>'upvoteCount') AS BIGINT) AS upvotes,
       lower(coalesce((item->>'author_association'), (item->>'authorAssociation'))) AS association,
       CASE WHEN stream = 'deliveries' THEN (item->'reactions') ELSE (item->'reactionGroups') END AS reactions, (item->'$.reactions.nodes') AS reacted,
       coalesce(action = 'deleted', false) AS is_deleted
FROM keyed QUALIFY row_number() OVER (PARTITION BY place_key, id ORDER BY is_deleted DESC, github_time(item, 'updated_at', 'updatedAt') DESC NULLS LAST, stream DESC, record_id) = 1;

-- In deliveries the discussion names its answer, not the comment.
CREATE OR REPLACE TEMP TABLE github_answer AS
SELECT DISTINCT key AS discussion_key, regexp_extract((item->>'answer_html_url'), 'discussioncomment-([0-9]+)', 1) AS id FROM github_discussion WHERE (item->>'answer_html_url') IS NOT NULL;

-- Everything else, one row each -------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE github_deed AS
SELECT stream, record_id, is_fresh, place_key, 'star' AS kind, 'star/' || place_key || '/' || lower(github_login(who)) AS key, who AS author,
       coalesce(github_time(item, 'starred_at', 'starredAt'), received_at) AS happened_at, NULL AS title, NULL AS text, NULL AS url, NULL::JSON AS attributes
FROM (SELECT *, coalesce((item->'user'), (item->'node')) AS who FROM github_item WHERE what = 'star')
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, place_key, 'fork' AS kind, 'fork/' || place_key || '/' || (item->>'id') AS key, (item->'owner') AS author,
       github_time(item, 'created_at', 'createdAt') AS happened_at, (item->>'full_name') AS title, (item->>'html_url') AS url
FROM github_item WHERE what = 'fork'
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, place_key, 'release' AS kind, 'release/' || place_key || '/' || (item->>'id') AS key, (item->'author') AS author,
       coalesce(github_time(item, 'published_at', 'publishedAt'), github_time(item, 'created_at', 'createdAt')) AS happened_at,
       coalesce(nullif((item->>'name'), ''), (item->>'tag_name')) AS title, (item->>'body') AS text, (item->>'html_url') AS url,
       github_without_nulls(json_object('tag', (item->>'tag_name'), 'prerelease', CASE WHEN (item->>'prerelease') = 'true' THEN true END, 'files', nullif(len(item->'$.assets[*]'), 0),
         'downloads', CASE WHEN len(item->'$.assets[*]') > 0 THEN list_sum([TRY_CAST(n AS BIGINT) FOR n IN json_extract(item, '$.assets[*].download_count')])::BIGINT END)) AS attributes
FROM github_item WHERE what = 'release' AND (item->>'draft') IS DISTINCT FROM 'true' AND action IS DISTINCT FROM 'deleted'
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, place_key, 'commit' AS kind, place_key || '/commit/' || (item->>'id') AS key, (item->'pusher') AS author,
       TRY_CAST((item->>'timestamp') AS TIMESTAMPTZ) AS happened_at, left(split_part((item->>'message'), chr(10), 1), 500) AS title, (item->>'message') AS text, (item->>'url') AS url,
       json_object('author', (item->'author'->>'name'), 'ref', (item->>'ref')) AS attributes
FROM github_item WHERE what = 'commit' AND (item->>'distinct') IS DISTINCT FROM 'false';

-- A release comes with every look at its files: of several words on one thing the newest.
CREATE OR REPLACE TEMP TABLE github_deed AS
SELECT * FROM github_deed QUALIFY row_number() OVER (PARTITION BY key ORDER BY stream DESC, record_id DESC) = 1;

-- Accounts ----------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE github_actor AS
SELECT author AS who, happened_at AS seen_at FROM github_subject
UNION ALL SELECT author, happened_at FROM github_remark
UNION ALL SELECT author, happened_at FROM github_discussion
UNION ALL SELECT author, happened_at FROM github_post
UNION ALL SELECT author, happened_at FROM github_deed
UNION ALL SELECT coalesce((item->'actor'), (item->'assignee')), github_time(item, 'created_at', 'createdAt') FROM github_item WHERE what = 'event'
UNION ALL SELECT unnest(item->'$._reactions[*].user'), github_time(item, 'updated_at', 'updatedAt') FROM github_item WHERE what IN ('subject', 'comment')
UNION ALL SELECT unnest(from_json(reacted, '["JSON"]'))->'user', happened_at FROM github_discussion WHERE reacted IS NOT NULL
UNION ALL SELECT unnest(from_json(reacted, '["JSON"]'))->'user', happened_at FROM github_post WHERE reacted IS NOT NULL;

-- A bot is what GitHub calls one: the account belongs to an app (type Bot, login ending in [bot]). Assistants that write code for
-- somebody are apps too: src/identity knows them by name and makes them agents. Everybody else GitHub calls a User, which is no
-- proof of a human, so it is left open.
INSERT INTO out_account BY NAME
SELECT lower(github_login(who)) AS key, 'github' AS platform, github_login(who) AS login, nullif((who->>'name'), '') AS name,
       CASE WHEN coalesce((who->>'type'), (who->>'__typename')) = 'Bot' OR ends_with(lower(who->>'login'), '[bot]') THEN 'bot' END AS kind, max(seen_at) AS seen_at
FROM github_actor WHERE github_login(who) <> '' GROUP BY ALL;

-- Places and threads ------------------------------------------------------------------------------------------------------------

-- An Enterprise server's pages are beside its API.
CREATE OR REPLACE TEMP MACRO github_page() AS
  coalesce(nullif(regexp_extract(getvariable('source_url'), '^(https?://[^/]+)/api/v3/*$', 1), ''), 'https://github.com') || '/';

-- What a repository is called it says itself, whichever of its records came now; until it does it is what the settings call it.
INSERT INTO out_place BY NAME
WITH itself AS (
  SELECT record_id AS place_key, json->>'full_name' AS name FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'repositories' AND NOT gone
)
SELECT place_key AS key, 'repository' AS kind, coalesce(any_value(itself.name), max(repository)) AS name, github_page() || coalesce(any_value(itself.name), max(repository)) AS url
FROM github_item LEFT JOIN itself USING (place_key) GROUP BY place_key;

INSERT INTO out_thread BY NAME
SELECT thread_key AS key, place_key, title, coalesce(url, github_page() || repository || CASE WHEN is_change THEN '/pull/' ELSE '/issues/' END || number) AS url,
       happened_at AS opened_at, lower(github_login(author)) AS opened_by_key
FROM github_subject WHERE NOT is_deleted
UNION ALL BY NAME
SELECT thread_key AS key, place_key, title, url, happened_at AS opened_at, lower(github_login(author)) AS opened_by_key FROM github_discussion WHERE NOT is_deleted;

-- Activities --------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE github_said AS
SELECT stream, record_id, is_fresh, key, CASE WHEN is_change THEN 'change_request' ELSE 'issue' END AS kind, place_key, thread_key, NULL AS parent_key,
       lower(github_login(author)) AS account_key, happened_at, title, text,
       coalesce(url, github_page() || repository || CASE WHEN is_change THEN '/pull/' ELSE '/issues/' END || number) AS url, reactions, reacted,
       github_without_nulls(json_object('number', TRY_CAST(number AS BIGINT), 'state', CASE WHEN merged_at IS NOT NULL THEN 'merged' WHEN latest.state = 'merged' THEN 'merged' ELSE latest.state END,
         'reason', latest.reason, 'labels', CASE WHEN len(latest.labels) > 0 THEN latest.labels END, 'closed_at', latest.closed_at,
         'closed_by', CASE WHEN latest.closed_at IS NOT NULL THEN closed_by END, 'merged_at', merged_at, 'merged_by', CASE WHEN merged_at IS NOT NULL THEN merged_by END,
         'draft', CASE WHEN latest.draft THEN true END, 'milestone', latest.milestone, 'locked', CASE WHEN latest.locked THEN true END,
         'assignees', CASE WHEN len(latest.assignees) > 0 THEN latest.assignees END, 'base', base, 'head', head, 'additions', additions, 'deletions', deletions,
         'files', files, 'commits', commits, 'association', association)) AS attributes
FROM github_subject WHERE NOT is_deleted
UNION ALL BY NAME
SELECT r.stream, r.record_id, r.is_fresh, r.key, r.kind, r.place_key, r.thread_key, coalesce(r.reply_key, r.subject_key) AS parent_key,
       lower(github_login(r.author)) AS account_key, r.happened_at, r.text, coalesce(r.url, github_page() || r.repository) AS url, r.reactions, r.reacted,
       github_without_nulls(json_merge_patch(coalesce(r.attributes, '{}'), json_object('association', r.association))) AS attributes
FROM github_remark r WHERE NOT r.is_deleted
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, key, CASE WHEN is_question THEN 'question' ELSE 'topic' END AS kind, place_key, thread_key, lower(github_login(author)) AS account_key,
       happened_at, title, text, url, reactions, reacted,
       github_without_nulls(json_object('number', TRY_CAST(number AS BIGINT), 'category', category, 'answered_at', answered_at, 'answered_by', answered_by, 'upvotes', upvotes,
         'closed', CASE WHEN is_closed THEN true END, 'labels', CASE WHEN len(labels) > 0 THEN labels END, 'association', association)) AS attributes
FROM github_discussion WHERE NOT is_deleted
UNION ALL BY NAME
SELECT p.stream, p.record_id, p.is_fresh, p.key, CASE WHEN is_answer OR a.id IS NOT NULL THEN 'answer' ELSE 'reply' END AS kind, p.place_key, p.thread_key,
       coalesce(p.comment_key, p.discussion_key) AS parent_key, lower(github_login(p.author)) AS account_key, p.happened_at, p.text, p.url, p.reactions, p.reacted,
       github_without_nulls(json_object('accepted', CASE WHEN is_answer OR a.id IS NOT NULL THEN true END, 'upvotes', p.upvotes, 'association', p.association)) AS attributes
FROM github_post p LEFT JOIN github_answer a ON a.discussion_key = p.discussion_key AND a.id = p.id WHERE NOT p.is_deleted;

-- What is deleted is told by a delivery, not by the record that told of it first.
INSERT INTO out_reread BY NAME SELECT stream, record_id FROM github_record WHERE NOT is_fresh;

-- A record without a time was set aside when it came; it is not again whenever others come.
INSERT INTO out_activity BY NAME
SELECT * EXCLUDE (is_fresh, reactions, reacted) FROM github_said WHERE is_fresh OR happened_at IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT stream, record_id, key, kind, place_key, lower(github_login(author)) AS account_key, happened_at, title, text, coalesce(url, github_page() || place_key) AS url, attributes
FROM github_deed WHERE is_fresh OR happened_at IS NOT NULL;

-- Reactions: by name where they were asked for, else how many there were, at the time of what they are on. REST names them by
-- their code, GraphQL in words.
CREATE OR REPLACE TEMP TABLE github_reaction_word AS
SELECT * FROM (VALUES ('+1', 'THUMBS_UP'), ('-1', 'THUMBS_DOWN'), ('laugh', 'LAUGH'), ('hooray', 'HOORAY'), ('confused', 'CONFUSED'), ('heart', 'HEART'), ('rocket', 'ROCKET'),
                      ('eyes', 'EYES')) AS w(code, word);

INSERT INTO out_activity BY NAME
WITH one AS (
  SELECT * EXCLUDE (reacted), unnest(from_json(reacted, '["JSON"]')) AS reaction FROM github_said WHERE reacted IS NOT NULL AND getvariable('github_reactions') IS DISTINCT FROM 'none'
)
SELECT one.stream, one.record_id, one.key || '/reaction/' || w.code || '/' || lower(github_login(reaction->'user')) AS key, 'reaction' AS kind, place_key, thread_key,
       one.key AS parent_key, lower(github_login(reaction->'user')) AS account_key, github_time(reaction, 'created_at', 'createdAt') AS happened_at, url,
       json_object('reaction', w.code) AS attributes
FROM one JOIN github_reaction_word w ON (reaction->>'content') IN (w.code, w.word)
UNION ALL BY NAME
SELECT s.stream, s.record_id, s.key || '/reaction/' || w.code AS key, 'reaction' AS kind, place_key, thread_key, s.key AS parent_key, NULL AS account_key, happened_at, url,
       amount, json_object('reaction', w.code, 'time', 'of the post') AS attributes
FROM (SELECT s.*, w.code, CASE WHEN json_type(s.reactions) = 'ARRAY'
               THEN TRY_CAST(list_filter(from_json(s.reactions, '["JSON"]'), g -> (g->>'content') = w.word)[1]->'reactors'->>'totalCount' AS DOUBLE)
               ELSE TRY_CAST(json_extract_string(s.reactions, '$."' || w.code || '"') AS DOUBLE) END AS amount
      FROM github_said s CROSS JOIN github_reaction_word w WHERE s.reactions IS NOT NULL AND s.reacted IS NULL) s JOIN github_reaction_word w USING (code)
WHERE amount > 0 AND happened_at IS NOT NULL AND getvariable('github_reactions') IS DISTINCT FROM 'none';

-- Who closed, reopened, labelled, assigned: parts people had in an issue.
INSERT INTO out_activity BY NAME
SELECT stream, record_id, 'event/' || place_key || '/' || (item->>'id') AS key, 'role' AS kind, place_key,
       place_key || '#' || (item->'issue'->>'number') AS thread_key, 'subject/' || place_key || '#' || (item->'issue'->>'number') AS parent_key,
       lower(github_login(coalesce(CASE WHEN (item->>'event') IN ('assigned', 'unassigned') THEN (item->'assignee') END, (item->'actor')))) AS account_key,
       github_time(item, 'created_at', 'createdAt') AS happened_at,
       github_without_nulls(json_object('role', (item->>'event'), 'label', (item->'label'->>'name'), 'milestone', (item->'milestone'->>'title'), 'commit', (item->>'commit_id'))) AS attributes
FROM github_item WHERE what = 'event' AND (item->>'event') IN ('closed', 'reopened', 'merged', 'labeled', 'unlabeled', 'assigned', 'unassigned', 'milestoned', 'ready_for_review', 'review_requested');

-- Views and clones of a day: how many, and by how many.
INSERT INTO out_activity BY NAME
SELECT stream, record_id, record_id AS key, CASE what WHEN 'views' THEN 'visit' ELSE 'download' END AS kind, place_key, TRY_CAST((item->>'timestamp') AS TIMESTAMPTZ) AS happened_at,
       CASE what WHEN 'views' THEN 'repository views' ELSE 'git clones' END AS title, github_page() || repository AS url, TRY_CAST((item->>'count') AS DOUBLE) AS amount,
       CASE what WHEN 'views' THEN json_object('uniques', TRY_CAST((item->>'uniques') AS BIGINT)) ELSE json_object('kind', 'clone', 'uniques', TRY_CAST((item->>'uniques') AS BIGINT)) END AS attributes
FROM github_item WHERE what IN ('views', 'clones') AND TRY_CAST((item->>'count') AS DOUBLE) > 0;

-- GitHub counts a file's downloads since it was put there. What a day brought is the difference to the snapshot before; a file that
-- was new since that one begins at nothing; the first snapshot of all says only where counting began.
INSERT INTO out_activity BY NAME
WITH snapshot AS (
  SELECT stream, record_id, is_fresh, place_key, repository, (item->>'day') AS day, unnest(item->'$.files[*]') AS file FROM github_item WHERE what = 'downloads'
), counted AS (
  SELECT min(stream) AS stream, max(record_id) AS record_id, place_key, max(repository) AS repository, day, (file->>'id') AS id, max(file->>'name') AS name, max(file->>'tag') AS tag,
         max(file->>'url') AS url, max(TRY_CAST((file->>'count') AS BIGINT)) AS total
  FROM snapshot WHERE (file->>'id') IS NOT NULL GROUP BY place_key, day, (file->>'id')
), days AS (
  SELECT place_key, day, lag(day) OVER (PARTITION BY place_key ORDER BY day) AS day_before FROM (SELECT DISTINCT place_key, day FROM counted)
), grown AS (
  SELECT counted.*, day_before, total - coalesce(lag(total) OVER (PARTITION BY place_key, id ORDER BY day), 0) AS amount
  FROM counted JOIN days USING (place_key, day)
)
SELECT stream, record_id, 'download/' || place_key || '/' || id || '/' || day AS key, 'download' AS kind, place_key, TRY_CAST(day AS TIMESTAMPTZ) AS happened_at, name AS title, url,
       amount::DOUBLE AS amount, json_object('kind', 'release', 'tag', tag, 'since', day_before, 'total', total) AS attributes
FROM grown WHERE amount > 0 AND day_before IS NOT NULL;

DROP TABLE github_record; DROP TABLE github_item; DROP TABLE github_subject; DROP TABLE github_remark; DROP TABLE github_discussion; DROP TABLE github_post;
DROP TABLE github_answer; DROP TABLE github_deed; DROP TABLE github_actor; DROP TABLE github_said; DROP TABLE github_reaction_word;
DROP MACRO github_login; DROP MACRO github_time; DROP MACRO github_number; DROP MACRO github_without_nulls; DROP MACRO github_page;
