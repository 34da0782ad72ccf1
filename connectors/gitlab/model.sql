-- What GitLab's API and its webhooks tell -> issues, merge requests, comments, reviews, reactions, stars, forks, releases, members.
-- Kinds and attributes are those of github/model.sql wherever both sites have the thing; "opened" is called open as there.

CREATE OR REPLACE TEMP MACRO gitlab_without_nulls(object) AS nullif(json_merge_patch('{}', object), '{}');
CREATE OR REPLACE TEMP MACRO gitlab_page() AS getvariable('gitlab_url') || '/';
CREATE OR REPLACE TEMP MACRO gitlab_key(who) AS nullif(lower(who->>'username'), '');

-- A delivery tells of what lists tell too, and names authors by number only: with deliveries all is read again.
CREATE OR REPLACE TEMP TABLE gitlab_record AS
WITH fresh AS (SELECT stream, record_id FROM changed)
SELECT r.stream, r.record_id, r.json, fresh.record_id IS NOT NULL AS is_fresh
FROM raw_record r LEFT JOIN fresh ON fresh.stream = r.stream AND fresh.record_id = r.record_id
WHERE r.source_id = stable_id('source/' || getvariable('source_name')) AND NOT r.gone
  AND (fresh.record_id IS NOT NULL OR EXISTS (FROM raw_record d WHERE d.source_id = r.source_id AND d.stream = 'deliveries'));

CREATE OR REPLACE TEMP TABLE gitlab_delivery AS
SELECT stream, record_id, is_fresh, json->'payload'->>'object_kind' AS event, json->'payload' AS payload, json->'payload'->'object_attributes' AS item,
       json->'payload'->'project'->>'path_with_namespace' AS project, lower(json->'payload'->'project'->>'path_with_namespace') AS place_key,
       -- "create" of a note and "open" of an issue are by its author; whatever else happens to one may be by somebody else.
       coalesce(json->'payload'->'object_attributes'->>'action', json->'payload'->>'action') AS action, json->'payload'->'user' AS actor,
       TRY_CAST(json->>'received_at' AS TIMESTAMPTZ) AS received_at
FROM gitlab_record WHERE stream = 'deliveries' AND (json->'payload'->'project'->>'path_with_namespace') IS NOT NULL;

-- Who is behind a number, for deliveries.
CREATE OR REPLACE TEMP TABLE gitlab_known AS
WITH said AS (
  SELECT json->'author' AS who FROM gitlab_record WHERE stream IN ('issues', 'merge_requests')
  UNION ALL SELECT unnest(json->'$.notes[*].author') FROM gitlab_record WHERE stream IN ('issue_notes', 'merge_request_notes')
  UNION ALL SELECT actor FROM gitlab_delivery UNION ALL SELECT unnest(payload->'$.assignees[*]') FROM gitlab_delivery
)
SELECT who->>'id' AS id, any_value(json_object('username', who->>'username', 'name', who->>'name') ORDER BY who->>'username') AS who
FROM said WHERE (who->>'id') IS NOT NULL AND (who->>'username') IS NOT NULL GROUP BY 1;

-- Issues and merge requests ---------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE gitlab_subject AS
WITH told AS (
  SELECT stream, record_id, is_fresh, json->>'_project' AS project, CASE stream WHEN 'issues' THEN '#' ELSE '!' END AS sign, json AS item, NULL::JSON AS author, NULL AS action
  FROM gitlab_record WHERE stream IN ('issues', 'merge_requests')
  UNION ALL BY NAME
  SELECT d.stream, d.record_id, d.is_fresh, d.project, CASE d.event WHEN 'issue' THEN '#' ELSE '!' END AS sign,
         json_merge_patch(d.item, json_object('labels', d.payload->'labels', 'assignees', d.payload->'assignees')) AS item,
         coalesce(known.who, CASE WHEN d.action = 'open' THEN d.actor END) AS author, d.action
  FROM gitlab_delivery d LEFT JOIN gitlab_known known ON known.id = (d.item->>'author_id') WHERE d.event IN ('issue', 'merge_request')
  UNION ALL BY NAME
  SELECT d.stream, d.record_id, d.is_fresh, d.project, CASE WHEN json_type(d.payload->'issue') = 'OBJECT' THEN '#' ELSE '!' END AS sign, s.item, known.who AS author
  FROM gitlab_delivery d, LATERAL (SELECT CASE WHEN json_type(d.payload->'issue') = 'OBJECT' THEN d.payload->'issue' ELSE d.payload->'merge_request' END AS item) s
       LEFT JOIN gitlab_known known ON known.id = (s.item->>'author_id')
  WHERE d.event IN ('note', 'emoji') AND json_type(s.item) = 'OBJECT'
), seen AS (
  SELECT *, lower(project) AS place_key, item->>'iid' AS number, (TRY_CAST(item->>'updated_at' AS TIMESTAMPTZ), stream, record_id) AS version,
         CASE WHEN json_type(item->'author') = 'OBJECT' THEN item->'author' ELSE author END AS by_whom
  FROM told WHERE (item->>'iid') IS NOT NULL
)
SELECT min(stream) AS stream, arg_min(record_id, (stream, record_id)) AS record_id, bool_or(is_fresh) AS is_fresh, place_key, max(project) AS project, sign, number,
       place_key || sign || number AS thread_key, 'subject/' || place_key || sign || number AS key,
       arg_max(coalesce(item->>'web_url', item->>'url'), version) AS url, arg_max(item->>'title', version) AS title, arg_max(item->>'description', version) AS text,
       arg_max(by_whom, version) AS author, min(TRY_CAST(item->>'created_at' AS TIMESTAMPTZ)) AS happened_at, max(version[1]) AS updated_at,
       -- What may be taken back (closed, a label, draft) is as the newest word has it, also where that is "no more".
       arg_max({'state': replace(item->>'state', 'opened', 'open'),
                'closed_at': CASE WHEN (item->>'state') = 'closed' THEN coalesce(item->>'closed_at', CASE WHEN action = 'close' THEN item->>'updated_at' END) END,
                'labels': CASE WHEN json_type(item->'$.labels[0]') = 'OBJECT' THEN coalesce(item->>'$.labels[*].title', item->>'$.labels[*].name') ELSE item->>'$.labels[*]' END,
                'draft': coalesce(item->>'draft', item->>'work_in_progress') = 'true', 'milestone': item->'milestone'->>'title', 'locked': (item->>'discussion_locked') = 'true',
                'confidential': (item->>'confidential') = 'true', 'assignees': item->>'$.assignees[*].username', 'reviewers': item->>'$.reviewers[*].username'}, version) AS latest,
       -- What only some of them tell, from the newest that does.
       max(CASE WHEN (item->>'state') = 'merged' THEN coalesce(item->>'merged_at', CASE WHEN action = 'merge' THEN item->>'updated_at' END) END) AS merged_at,
       arg_max(coalesce(item->'merge_user'->>'username', item->'merged_by'->>'username'), version) AS merged_by, arg_max(item->'closed_by'->>'username', version) AS closed_by,
       arg_max(item->>'target_branch', version) AS base, arg_max(item->>'source_branch', version) AS head,
       arg_max(nullif(coalesce(item->>'issue_type', lower(item->>'type')), 'issue'), version) AS type,
       arg_max(TRY_CAST(item->>'upvotes' AS BIGINT), version) AS upvotes, arg_max(TRY_CAST(item->>'downvotes' AS BIGINT), version) AS downvotes
FROM seen GROUP BY place_key, sign, number;

-- Notes -----------------------------------------------------------------------------------------------------------------------

-- What people wrote, and what GitLab itself noted of what they did ("system"). System notes are in English at every GitLab.
CREATE OR REPLACE TEMP TABLE gitlab_note AS
WITH told AS (
  SELECT stream, record_id, is_fresh, json->>'_project' AS project, CASE stream WHEN 'issue_notes' THEN '#' ELSE '!' END AS sign, json->>'iid' AS number,
         (json->>'web_url') AS subject_url, unnest(json->'$.notes[*]') AS item, NULL::JSON AS author
  FROM gitlab_record WHERE stream IN ('issue_notes', 'merge_request_notes')
  UNION ALL BY NAME
  SELECT d.stream, d.record_id, d.is_fresh, d.project, CASE d.item->>'noteable_type' WHEN 'Issue' THEN '#' WHEN 'MergeRequest' THEN '!' END AS sign,
         coalesce(d.payload->'issue'->>'iid', d.payload->'merge_request'->>'iid') AS number, d.item,
         coalesce(known.who, CASE WHEN coalesce(d.action, 'create') = 'create' THEN d.actor END) AS author
  FROM gitlab_delivery d LEFT JOIN gitlab_known known ON known.id = (d.item->>'author_id') WHERE d.event = 'note'
)
SELECT stream, record_id, is_fresh, lower(project) AS place_key, project, item->>'id' AS id, lower(project) || sign || number AS thread_key,
       'subject/' || lower(project) || sign || number AS subject_key, (item->>'system') = 'true' AS is_system, sign = '!' AS is_of_change,
       coalesce(item->>'body', item->>'note') AS text, CASE WHEN json_type(item->'author') = 'OBJECT' THEN item->'author' ELSE author END AS author,
       TRY_CAST(item->>'created_at' AS TIMESTAMPTZ) AS happened_at,
       coalesce(item->>'url', subject_url || '#note_' || (item->>'id'), gitlab_page() || project) AS url,
       json_object('path', coalesce(item->'position'->>'new_path', item->'st_diff'->>'new_path'), 'commit', nullif(item->>'commit_id', ''),
         'internal', CASE WHEN coalesce(item->>'internal', item->>'confidential') = 'true' THEN true END) AS attributes
FROM told WHERE (item->>'id') IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY lower(project), item->>'id' ORDER BY (TRY_CAST(item->>'updated_at' AS TIMESTAMPTZ)) DESC NULLS LAST, stream DESC, record_id) = 1;

-- Approvals ("approved this merge request") are system notes, and deliveries of their own. A delivery does not name the note, so
-- deliveries count only where no notes are read: what one record gives must not depend on whether another came before it.
CREATE OR REPLACE TEMP TABLE gitlab_review AS
SELECT stream, record_id, is_fresh, place_key, thread_key, subject_key, author, happened_at, url, 'review/' || place_key || '/' || id AS key,
       CASE WHEN starts_with(text, 'approved this merge request') THEN 'approved' WHEN starts_with(text, 'unapproved this merge request') THEN 'unapproved'
            WHEN text = 'requested changes' THEN 'changes_requested' END AS state
FROM gitlab_note WHERE is_system AND is_of_change AND state IS NOT NULL
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, place_key, place_key || '!' || (item->>'iid') AS thread_key, 'subject/' || place_key || '!' || (item->>'iid') AS subject_key, actor AS author,
       coalesce(received_at, TRY_CAST(item->>'updated_at' AS TIMESTAMPTZ)) AS happened_at, item->>'url' AS url,
       CASE WHEN action IN ('approved', 'approval') THEN 'approved' ELSE 'unapproved' END AS state,
       -- An approval that completes what the rules ask for is told twice, as "approval" and as "approved".
       'review/' || place_key || '!' || (item->>'iid') || '/' || gitlab_key(actor) || '/' || state || '/' || (item->>'updated_at') AS key
FROM gitlab_delivery
WHERE event = 'merge_request' AND action IN ('approved', 'approval', 'unapproved', 'unapproval') AND NOT getvariable('gitlab_reads_approvals');

-- Reactions by name: asked for at each issue and merge request, or delivered. One that was taken back later was given all the same.
CREATE OR REPLACE TEMP TABLE gitlab_award AS
WITH told AS (
  SELECT stream, record_id, is_fresh, lower(json->>'_project') AS place_key, CASE stream WHEN 'issue_notes' THEN '#' ELSE '!' END || (json->>'iid') AS number,
         unnest(json->'$.awards[*]') AS item, NULL AS note_id, json->>'web_url' AS url
  FROM gitlab_record WHERE stream IN ('issue_notes', 'merge_request_notes')
  UNION ALL BY NAME
  SELECT stream, record_id, is_fresh, place_key, coalesce('#' || (payload->'issue'->>'iid'), '!' || (payload->'merge_request'->>'iid')) AS number,
         json_merge_patch(item, json_object('user', actor)) AS item, CASE WHEN (item->>'awardable_type') = 'Note' THEN item->>'awardable_id' END AS note_id,
         item->>'awarded_on_url' AS url
  FROM gitlab_delivery WHERE event = 'emoji' AND coalesce(payload->>'event_type', action) IS DISTINCT FROM 'revoke'
)
SELECT stream, record_id, is_fresh, place_key, place_key || number AS thread_key, 'subject/' || place_key || number AS subject_key, note_id, item->>'id' AS id,
       item->'user' AS author, CASE item->>'name' WHEN 'thumbsup' THEN '+1' WHEN 'thumbsdown' THEN '-1' ELSE item->>'name' END AS name,
       TRY_CAST(item->>'created_at' AS TIMESTAMPTZ) AS happened_at, url
FROM told WHERE (item->>'id') IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY place_key, item->>'id' ORDER BY stream DESC, record_id) = 1;

-- Everything else, one row each -------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE gitlab_deed AS
WITH listed AS (SELECT stream, record_id, is_fresh, json AS item, json->>'_project' AS project, lower(json->>'_project') AS place_key FROM gitlab_record WHERE stream <> 'deliveries')
SELECT stream, record_id, is_fresh, place_key, project, 'star' AS kind, 'star/' || place_key || '/' || (item->'user'->>'id') AS key, item->'user' AS author,
       TRY_CAST(item->>'starred_since' AS TIMESTAMPTZ) AS happened_at, NULL AS title, NULL AS text, NULL AS url, NULL::JSON AS attributes
FROM listed WHERE stream = 'starrers'
UNION ALL BY NAME
-- Into a group forks somebody whom GitLab names only by number.
SELECT stream, record_id, is_fresh, place_key, project, 'fork' AS kind, 'fork/' || place_key || '/' || (item->>'id') AS key,
       CASE WHEN json_type(item->'owner') = 'OBJECT' THEN item->'owner' WHEN (item->'namespace'->>'kind') = 'user'
            THEN json_object('username', item->'namespace'->>'path', 'name', item->'namespace'->>'name') END AS author,
       TRY_CAST(item->>'created_at' AS TIMESTAMPTZ) AS happened_at, item->>'path_with_namespace' AS title, item->>'web_url' AS url
FROM listed WHERE stream = 'forks'
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, place_key, project, 'release' AS kind, 'release/' || place_key || '/' || (item->>'tag_name') AS key, item->'author' AS author,
       TRY_CAST(coalesce(item->>'released_at', item->>'created_at') AS TIMESTAMPTZ) AS happened_at, coalesce(nullif(item->>'name', ''), item->>'tag_name') AS title, item->>'description' AS text,
       item->'_links'->>'self' AS url, gitlab_without_nulls(json_object('tag', item->>'tag_name', 'files', nullif(len(item->'$.assets.links[*]'), 0))) AS attributes
FROM listed WHERE stream = 'releases' AND (item->>'upcoming_release') IS DISTINCT FROM 'true'
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, place_key, project, 'release' AS kind, 'release/' || place_key || '/' || (payload->>'tag') AS key, NULL::JSON AS author,
       TRY_CAST(coalesce(payload->>'released_at', payload->>'created_at') AS TIMESTAMPTZ) AS happened_at, coalesce(nullif(payload->>'name', ''), payload->>'tag') AS title,
       payload->>'description' AS text, payload->>'url' AS url, gitlab_without_nulls(json_object('tag', payload->>'tag', 'files', nullif(len(payload->'$.assets.links[*]'), 0))) AS attributes
FROM gitlab_delivery WHERE event = 'release' AND action IS DISTINCT FROM 'delete'
UNION ALL BY NAME
-- Since when somebody has had which part in the project. A member of a group above it may come without a date: then only the account is known.
SELECT stream, record_id, is_fresh, place_key, project, 'role' AS kind, 'member/' || place_key || '/' || (item->>'id') AS key, item AS author,
       TRY_CAST(item->>'created_at' AS TIMESTAMPTZ) AS happened_at,
       json_object('role', CASE item->>'access_level' WHEN '50' THEN 'owner' WHEN '40' THEN 'maintainer' WHEN '30' THEN 'developer' WHEN '20' THEN 'reporter' WHEN '15' THEN 'planner'
                                WHEN '10' THEN 'guest' ELSE 'member' END) AS attributes
FROM listed WHERE stream = 'members'
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, place_key, project, 'commit' AS kind, place_key || '/commit/' || (item->>'id') AS key,
       json_object('username', payload->>'user_username', 'name', payload->>'user_name', 'email', payload->>'user_email') AS author, TRY_CAST(item->>'timestamp' AS TIMESTAMPTZ) AS happened_at,
       left(split_part(item->>'message', chr(10), 1), 500) AS title, item->>'message' AS text, item->>'url' AS url, json_object('author', item->'author'->>'name', 'ref', payload->>'ref') AS attributes
FROM (SELECT stream, record_id, is_fresh, place_key, project, payload, unnest(payload->'$.commits[*]') AS item FROM gitlab_delivery WHERE event = 'push');

CREATE OR REPLACE TEMP TABLE gitlab_deed AS
SELECT * FROM gitlab_deed QUALIFY row_number() OVER (PARTITION BY key ORDER BY stream DESC, record_id DESC) = 1;

-- Accounts ----------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE gitlab_actor AS
SELECT author AS who, happened_at AS seen_at FROM gitlab_subject
UNION ALL SELECT author, happened_at FROM gitlab_note
UNION ALL SELECT author, happened_at FROM gitlab_review
UNION ALL SELECT author, happened_at FROM gitlab_award
UNION ALL SELECT author, happened_at FROM gitlab_deed;

-- A bot is
--   whom GitLab says to be one (`bot`, where an answer has it);
--   the user behind a project's or group's access token: project_<number>_bot…, group_<number>_bot…;
--   a service account, by the name that GitLab gives it: service_account_…;
--   an account of GitLab itself: the names below, and gitlab-bot, which tends GitLab's own projects;
--   "ghost", under which everything of deleted accounts stands: no person, however much it seems to do.
-- GitLab Duo writes and reviews: an agent. Whoever else has a name like a bot's, src/identity finds.
INSERT INTO out_account BY NAME
WITH actor AS (
  SELECT gitlab_key(who) AS key, who->>'username' AS login, nullif(who->>'name', '') AS name, coalesce(who->>'email', who->>'public_email') AS email, (who->>'bot') = 'true' AS is_bot, seen_at
  FROM gitlab_actor WHERE gitlab_key(who) IS NOT NULL
)
SELECT key, 'gitlab' AS platform, arg_max(login, (coalesce(seen_at, '-infinity'::TIMESTAMPTZ), login)) AS login, arg_max(name, (coalesce(seen_at, '-infinity'::TIMESTAMPTZ), name)) AS name,
       max(email) FILTER (email LIKE '%_@_%' AND email NOT LIKE '%noreply%') AS email,
       CASE WHEN key IN ('gitlabduo', 'gitlab-duo', 'duo-code-review-bot') THEN 'agent'
            WHEN bool_or(is_bot) OR regexp_matches(key, '^(project|group)_[0-9]+_bot([_-].*)?$') OR starts_with(key, 'service_account_')
                 OR regexp_matches(key, '^ghost[0-9]*$') OR key IN ('gitlab-bot', 'alert-bot', 'support-bot', 'migration-bot', 'security-bot', 'visual-review-bot', 'gitlab-admin-bot',
                   'gitlab-security-bot', 'gitlab-security-policy-bot', 'automation-bot') THEN 'bot' END AS kind,
       max(seen_at) AS seen_at
FROM actor GROUP BY key;

-- Places and threads ------------------------------------------------------------------------------------------------------------

-- What a project is called it says itself; until it does, and in deliveries alone, it is what it was asked for by.
INSERT INTO out_place BY NAME
WITH itself AS (
  SELECT record_id AS place_key, json->>'path_with_namespace' AS name, json->>'web_url' AS url FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'projects' AND NOT gone
), named AS (
  SELECT json->>'_project' AS project, NULL AS url FROM gitlab_record WHERE stream <> 'deliveries'
  UNION ALL SELECT project, payload->'project'->>'web_url' FROM gitlab_delivery
)
SELECT lower(project) AS key, 'repository' AS kind, coalesce(any_value(itself.name), max(project)) AS name,
       coalesce(any_value(itself.url), max(named.url), gitlab_page() || max(project)) AS url
FROM named LEFT JOIN itself ON itself.place_key = lower(project) WHERE project IS NOT NULL GROUP BY lower(project);

INSERT INTO out_thread BY NAME
SELECT thread_key AS key, place_key, title, coalesce(url, gitlab_page() || project || CASE sign WHEN '!' THEN '/-/merge_requests/' ELSE '/-/issues/' END || number) AS url,
       happened_at AS opened_at, gitlab_key(author) AS opened_by_key
FROM gitlab_subject;

-- Activities --------------------------------------------------------------------------------------------------------------------

CREATE OR REPLACE TEMP TABLE gitlab_said AS
SELECT stream, record_id, is_fresh, key, CASE sign WHEN '!' THEN 'change_request' ELSE 'issue' END AS kind, place_key, thread_key, NULL AS parent_key, gitlab_key(author) AS account_key,
       happened_at, title, nullif(text, '') AS text, coalesce(url, gitlab_page() || project || CASE sign WHEN '!' THEN '/-/merge_requests/' ELSE '/-/issues/' END || number) AS url,
       gitlab_without_nulls(json_object('number', TRY_CAST(number AS BIGINT), 'state', CASE WHEN merged_at IS NOT NULL THEN 'merged' ELSE latest.state END, 'type', type,
         'labels', CASE WHEN len(latest.labels) > 0 THEN latest.labels END, 'closed_at', latest.closed_at, 'closed_by', CASE WHEN latest.closed_at IS NOT NULL THEN closed_by END,
         'merged_at', merged_at, 'merged_by', CASE WHEN merged_at IS NOT NULL THEN merged_by END, 'draft', CASE WHEN latest.draft THEN true END, 'milestone', latest.milestone,
         'locked', CASE WHEN latest.locked THEN true END, 'confidential', CASE WHEN latest.confidential THEN true END, 'assignees', CASE WHEN len(latest.assignees) > 0 THEN latest.assignees END,
         'reviewers', CASE WHEN len(latest.reviewers) > 0 THEN latest.reviewers END, 'base', base, 'head', head)) AS attributes
FROM gitlab_subject
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, 'note/' || place_key || '/' || id AS key, 'comment' AS kind, place_key, thread_key, subject_key AS parent_key, gitlab_key(author) AS account_key, happened_at,
       text, url, gitlab_without_nulls(attributes) AS attributes
FROM gitlab_note WHERE NOT is_system
UNION ALL BY NAME
SELECT stream, record_id, is_fresh, key, 'review' AS kind, place_key, thread_key, subject_key AS parent_key, gitlab_key(author) AS account_key, happened_at, url, json_object('state', state) AS attributes
FROM gitlab_review
UNION ALL BY NAME
-- Who closed, reopened, merged. Where issues without comments are not asked about, only some of it would be known: then none is told.
SELECT stream, record_id, is_fresh, 'event/' || place_key || '/' || id AS key, 'role' AS kind, place_key, thread_key, subject_key AS parent_key, gitlab_key(author) AS account_key, happened_at, url,
       json_object('role', role) AS attributes
FROM (SELECT *, CASE WHEN regexp_matches(text, '^closed( via .*)?$') THEN 'closed' WHEN text = 'reopened' THEN 'reopened' WHEN text = 'merged' THEN 'merged'
                     WHEN text LIKE 'marked this merge request as **ready**%' THEN 'ready_for_review' END AS role
      FROM gitlab_note WHERE is_system AND getvariable('gitlab_notes') = 'all') WHERE role IS NOT NULL
UNION ALL BY NAME
-- Votes that are counted are not told by name too.
SELECT stream, record_id, is_fresh, 'award/' || place_key || '/' || id AS key, 'reaction' AS kind, place_key, thread_key, coalesce('note/' || place_key || '/' || note_id, subject_key) AS parent_key,
       gitlab_key(author) AS account_key, happened_at, url, json_object('reaction', name) AS attributes
FROM gitlab_award
WHERE getvariable('gitlab_reactions') IS DISTINCT FROM 'none' AND NOT (getvariable('gitlab_counts_votes') AND note_id IS NULL AND name IN ('+1', '-1'))
UNION ALL BY NAME
SELECT s.stream, s.record_id, s.is_fresh, s.key || '/reaction/' || vote.name AS key, 'reaction' AS kind, s.place_key, s.thread_key, s.key AS parent_key, s.happened_at, s.url,
       json_object('reaction', vote.name, 'time', 'of the post') AS attributes, vote.amount
FROM gitlab_subject s, LATERAL (VALUES ('+1', s.upvotes::DOUBLE), ('-1', s.downvotes::DOUBLE)) AS vote(name, amount)
WHERE vote.amount > 0 AND s.happened_at IS NOT NULL AND getvariable('gitlab_reactions') = 'counts';

-- What is deleted is told by a delivery, not by the record that told of it first.
INSERT INTO out_reread BY NAME SELECT stream, record_id FROM gitlab_record WHERE NOT is_fresh;

-- A record without a time was set aside when it came; it is not again whenever others come.
INSERT INTO out_activity BY NAME
SELECT * EXCLUDE (is_fresh) FROM gitlab_said WHERE is_fresh OR happened_at IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT stream, record_id, key, kind, place_key, gitlab_key(author) AS account_key, happened_at, title, nullif(text, '') AS text, coalesce(url, gitlab_page() || project) AS url, attributes
FROM gitlab_deed WHERE happened_at IS NOT NULL OR (is_fresh AND kind <> 'role');

DROP TABLE gitlab_record; DROP TABLE gitlab_delivery; DROP TABLE gitlab_known; DROP TABLE gitlab_subject; DROP TABLE gitlab_note; DROP TABLE gitlab_review; DROP TABLE gitlab_award;
DROP TABLE gitlab_deed; DROP TABLE gitlab_actor; DROP TABLE gitlab_said;
DROP MACRO gitlab_without_nulls; DROP MACRO gitlab_page; DROP MACRO gitlab_key;
