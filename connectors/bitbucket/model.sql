-- Issues, pull requests with what was said and decided on them, forks, watchers -> activities. Issues and pull requests are
-- numbered each for itself. One record holds a whole issue or pull request, so what is said of one never depends on another.

CREATE OR REPLACE TEMP MACRO bitbucket_account(who) AS coalesce(nullif(who->>'uuid', ''), nullif(who->>'account_id', ''));
CREATE OR REPLACE TEMP MACRO bitbucket_name(who) AS coalesce(nullif(who->>'nickname', ''), nullif(who->>'username', ''), nullif(who->>'display_name', ''));
CREATE OR REPLACE TEMP MACRO bitbucket_time(text) AS TRY_CAST(text AS TIMESTAMPTZ);
CREATE OR REPLACE TEMP MACRO bitbucket_without_nulls(object) AS nullif(json_merge_patch('{}', object), '{}');

CREATE OR REPLACE TEMP TABLE bitbucket_subject AS
SELECT stream, record_id, json, (json->>'_repository') AS place_key, (json->>'id') AS number, stream = 'pulls' AS is_change,
       CASE WHEN stream = 'pulls' THEN 'pull/' ELSE 'issue/' END || record_id AS key, coalesce((json->'reporter'), (json->'author')) AS author,
       bitbucket_time(json->>'created_on') AS happened_at, (json->'links'->'html'->>'href') AS url, lower(json->>'state') AS state,
       -- When it ended only the log tells: its newest entry with the state that it has.
       list_sort([{'date': (a->'update'->>'date'), 'state': (a->'update'->>'state'), 'reason': nullif((a->'update'->>'reason'), '')}
                  FOR a IN coalesce((json->'$._activity[*]'), []) IF (a->'update'->>'state') = (json->>'state') AND (json->>'state') <> 'OPEN'])[-1] AS ending
FROM changed WHERE stream IN ('issues', 'pulls');

-- A comment that was taken back is none. One without a word is the trace of a change (state, assignee), made by whoever changed it.
CREATE OR REPLACE TEMP TABLE bitbucket_comment AS
WITH told AS (SELECT * EXCLUDE (json, author, url), unnest(json->'$._comments[*]') AS c FROM bitbucket_subject)
SELECT stream, record_id, place_key, key AS subject_key, is_change, CASE WHEN is_change THEN 'comment/pull/' ELSE 'comment/issue/' END || place_key || '/' AS space, (c->>'id') AS id,
       (c->'user') AS author, bitbucket_time(c->>'created_on') AS happened_at, nullif(trim(coalesce((c->'content'->>'raw'), '')), '') AS text,
       (c->'links'->'html'->>'href') AS url, (c->'parent'->>'id') AS parent_id, (c->'inline'->>'path') AS path,
       coalesce((c->'inline'->>'to'), (c->'inline'->>'from')) AS line, (c->>'resolution') IS NOT NULL AS resolved
FROM told WHERE (c->>'deleted') IS DISTINCT FROM 'true' AND (c->>'pending') IS DISTINCT FROM 'true';

CREATE OR REPLACE TEMP TABLE bitbucket_review AS
WITH told AS (SELECT * EXCLUDE (json, author, happened_at), unnest(json->'$._activity[*]') AS a FROM bitbucket_subject WHERE is_change),
said AS (
  SELECT *, (a->'approval') AS review, 'approved' AS decision FROM told WHERE json_type(a->'approval') = 'OBJECT'
  UNION ALL BY NAME SELECT *, (a->'changes_requested') AS review, 'changes_requested' AS decision FROM told WHERE json_type(a->'changes_requested') = 'OBJECT'
)
SELECT stream, record_id, place_key, key AS subject_key, url, decision, (review->'user') AS author, bitbucket_time(review->>'date') AS happened_at, (review->>'date') AS date
FROM said;

CREATE OR REPLACE TEMP TABLE bitbucket_fork AS
SELECT stream, record_id, (json->>'_repository') AS place_key, coalesce((json->'owner'), (json->'workspace')) AS author, bitbucket_time(json->>'created_on') AS happened_at,
       (json->>'full_name') AS title, (json->'links'->'html'->>'href') AS url
FROM changed WHERE stream = 'forks';

-- Accounts: `type` says what one is. An app_user is an app, or an access token that acts for nobody; a team is no person either. A
-- user may still be a machine: that is left to the names.
CREATE OR REPLACE TEMP TABLE bitbucket_actor AS
SELECT author AS who, happened_at AS seen_at FROM bitbucket_subject
UNION ALL SELECT author, happened_at FROM bitbucket_comment
UNION ALL SELECT author, happened_at FROM bitbucket_review
UNION ALL SELECT author, happened_at FROM bitbucket_fork
UNION ALL SELECT json, NULL FROM changed WHERE stream = 'watchers';

INSERT INTO out_account BY NAME
SELECT bitbucket_account(who) AS key, 'bitbucket' AS platform, bitbucket_name(who) AS login, nullif(who->>'display_name', '') AS name,
       CASE WHEN lower(who->>'type') IN ('app_user', 'appuser', 'team') THEN 'bot' END AS kind, max(seen_at) AS seen_at
FROM bitbucket_actor WHERE bitbucket_account(who) IS NOT NULL GROUP BY ALL;

-- What a repository is called it says itself; until it does it is what the settings call it.
INSERT INTO out_place BY NAME
WITH itself AS (
  SELECT record_id AS place_key, (json->>'full_name') AS name, (json->'links'->'html'->>'href') AS url FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'repositories' AND NOT gone
)
SELECT place_key AS key, 'repository' AS kind, coalesce(any_value(itself.name), place_key) AS name, coalesce(any_value(itself.url), 'https://bitbucket.org/' || place_key) AS url
FROM (SELECT (json->>'_repository') AS place_key FROM changed) LEFT JOIN itself USING (place_key) GROUP BY place_key;

INSERT INTO out_thread BY NAME
SELECT key, place_key, (json->>'title') AS title, url, happened_at AS opened_at, bitbucket_account(author) AS opened_by_key FROM bitbucket_subject;

INSERT INTO out_activity BY NAME
SELECT stream, record_id, key, CASE WHEN is_change THEN 'change_request' ELSE 'issue' END AS kind, place_key, key AS thread_key, bitbucket_account(author) AS account_key,
       happened_at, (json->>'title') AS title, nullif(coalesce((json->'content'->>'raw'), (json->>'description'), ''), '') AS text, url,
       bitbucket_without_nulls(json_object('number', TRY_CAST(number AS BIGINT),
         'state', CASE WHEN state = 'merged' THEN 'merged' WHEN state IN ('new', 'open', 'on hold', 'submitted') THEN 'open' ELSE 'closed' END,
         'reason', CASE WHEN state NOT IN ('new', 'open', 'merged') THEN state END, 'labels', CASE WHEN NOT is_change AND (json->>'kind') IS NOT NULL THEN [json->>'kind'] END,
         'priority', (json->>'priority'), 'component', (json->'component'->>'name'), 'milestone', (json->'milestone'->>'name'), 'version', (json->'version'->>'name'),
         'votes', nullif(TRY_CAST((json->>'votes') AS BIGINT), 0), 'assignees', CASE WHEN json_type(json->'assignee') = 'OBJECT' THEN [bitbucket_name(json->'assignee')] END,
         'closed_at', ending.date, 'merged_at', CASE WHEN state = 'merged' THEN ending.date END,
         'closed_by', bitbucket_name(json->'closed_by'), 'merged_by', CASE WHEN state = 'merged' THEN bitbucket_name(json->'closed_by') END,
         'explanation', ending.reason, 'draft', CASE WHEN (json->>'draft') = 'true' THEN true END, 'base', (json->'destination'->'branch'->>'name'), 'head', (json->'source'->'branch'->>'name'),
         'merge_commit', (json->'merge_commit'->>'hash'), 'tasks', nullif(TRY_CAST((json->>'task_count') AS BIGINT), 0))) AS attributes
FROM bitbucket_subject;

INSERT INTO out_activity BY NAME
SELECT stream, record_id, space || id AS key, CASE WHEN text IS NULL THEN 'role' ELSE 'comment' END AS kind, place_key, subject_key AS thread_key,
       coalesce(space || parent_id, subject_key) AS parent_key, bitbucket_account(author) AS account_key, happened_at, text, url,
       CASE WHEN text IS NULL THEN json_object('role', 'changed')
            ELSE bitbucket_without_nulls(json_object('path', path, 'line', TRY_CAST(line AS BIGINT), 'resolved', CASE WHEN resolved THEN true END)) END AS attributes
FROM bitbucket_comment WHERE id IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT DISTINCT stream, record_id, 'review/' || record_id || '/' || bitbucket_account(author) || '/' || decision || '/' || date AS key, 'review' AS kind, place_key,
       subject_key AS thread_key, subject_key AS parent_key, bitbucket_account(author) AS account_key, happened_at, url, json_object('state', decision) AS attributes
FROM bitbucket_review WHERE bitbucket_account(author) IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT stream, record_id, 'fork/' || record_id AS key, 'fork' AS kind, place_key, bitbucket_account(author) AS account_key, happened_at, title, url FROM bitbucket_fork;

DROP TABLE bitbucket_subject; DROP TABLE bitbucket_comment; DROP TABLE bitbucket_review; DROP TABLE bitbucket_fork; DROP TABLE bitbucket_actor;
DROP MACRO bitbucket_account; DROP MACRO bitbucket_name; DROP MACRO bitbucket_time; DROP MACRO bitbucket_without_nulls;
