-- Events of the public timeline -> activities of their actors. What an event type gives is listed in README.md; events that give
-- none stay in gharchive_event and can be asked for with `rapport sql`. What they share with github/model.sql (kinds, threads, titles,
-- attributes) agrees with it: change both or none.

CREATE OR REPLACE TEMP TABLE gharchive_read AS
SELECT record_id, type, created_at AS happened_at, lower(actor) AS account_key, repository, lower(repository) AS place_key, action, number,
       is_change, subject_title, subject_text, lower(subject_by) AS subject_key, subject_at, item, title, text, ref, detail, amount,
       CASE WHEN number IS NOT NULL THEN lower(repository) || '#' || number END AS thread_key,
       coalesce(url, 'https://github.com/' || repository) AS url,
       CASE WHEN type = 'IssuesEvent' AND coalesce(action, 'opened') = 'opened' THEN 'issue'
            WHEN type = 'PullRequestEvent' AND coalesce(action, 'opened') = 'opened' THEN 'change_request'
            WHEN type IN ('IssueCommentEvent', 'CommitCommentEvent', 'PullRequestReviewCommentEvent') AND coalesce(action, 'created') = 'created' THEN 'comment'
            WHEN type = 'PullRequestReviewEvent' AND action IN ('created', 'submitted') THEN 'review'
            WHEN type = 'WatchEvent' THEN 'star'
            WHEN type = 'ForkEvent' THEN 'fork'
            WHEN type = 'ReleaseEvent' AND coalesce(action, 'published') = 'published' THEN 'release'
            WHEN type = 'MemberEvent' AND coalesce(action, 'added') = 'added' AND detail IS NOT NULL THEN 'join'
            WHEN type = 'GollumEvent' THEN 'post' END AS kind
FROM changed_gharchive_event WHERE repository IS NOT NULL;

INSERT INTO out_place BY NAME
SELECT place_key AS key, 'repository' AS kind, arg_max(repository, happened_at) AS name, 'https://github.com/' || arg_max(repository, happened_at) AS url
FROM gharchive_read GROUP BY place_key;

INSERT INTO out_account BY NAME
SELECT lower(actor) AS key, 'github' AS platform, arg_max(actor, created_at) AS login,
       CASE WHEN ends_with(lower(actor), '[bot]') OR bool_or(actor_type = 'Bot') THEN 'bot' END AS kind, max(created_at) AS seen_at
FROM changed_gharchive_event WHERE actor IS NOT NULL AND repository IS NOT NULL GROUP BY lower(actor)
UNION ALL BY NAME
SELECT lower(detail) AS key, 'github' AS platform, arg_max(detail, happened_at) AS login, max(happened_at) AS seen_at
FROM gharchive_read WHERE kind = 'join' GROUP BY lower(detail)
UNION ALL BY NAME  -- who opened a thread before these hours
SELECT lower(subject_by) AS key, 'github' AS platform, any_value(subject_by) AS login, max(created_at) AS seen_at
FROM changed_gharchive_event WHERE subject_by IS NOT NULL AND number IS NOT NULL AND repository IS NOT NULL GROUP BY lower(subject_by);

-- Every event about an issue or pull request tells when and by whom it was opened.
INSERT INTO out_thread BY NAME
SELECT thread_key AS key, any_value(place_key) AS place_key, arg_max(subject_title, (happened_at, record_id)) AS title,
       'https://github.com/' || any_value(repository) || CASE WHEN bool_or(is_change) THEN '/pull/' ELSE '/issues/' END || any_value(number) AS url,
       min(subject_at) AS opened_at, arg_min(subject_key, happened_at) AS opened_by_key
FROM gharchive_read WHERE thread_key IS NOT NULL AND subject_at IS NOT NULL GROUP BY thread_key;

INSERT INTO out_activity BY NAME
SELECT 'events' AS stream, record_id,
       CASE WHEN kind IN ('issue', 'change_request') AND thread_key IS NOT NULL THEN kind || '/' || thread_key
            WHEN kind IN ('comment', 'review', 'release') AND item <> '' THEN kind || '/' || type || '/' || item
            ELSE 'event/' || record_id END AS key,
       kind, place_key, CASE WHEN kind IN ('issue', 'change_request', 'comment', 'review') THEN thread_key END AS thread_key,
       CASE WHEN kind IN ('comment', 'review') AND thread_key IS NOT NULL
            THEN CASE WHEN is_change THEN 'change_request/' ELSE 'issue/' END || thread_key END AS parent_key,
       CASE WHEN kind = 'join' THEN lower(detail) ELSE account_key END AS account_key, happened_at,
       CASE WHEN kind IN ('issue', 'change_request') THEN subject_title WHEN kind = 'release' THEN coalesce(title, ref)
            WHEN kind = 'fork' THEN ref WHEN kind = 'post' THEN title END AS title,
       CASE WHEN kind IN ('issue', 'change_request') THEN subject_text ELSE text END AS text, url,
       CASE WHEN kind = 'post' THEN amount END AS amount,
       CASE WHEN kind = 'review' AND detail IS NOT NULL THEN json_object('state', lower(detail))
            WHEN kind = 'release' THEN json_object('tag', ref)
            WHEN kind = 'join' THEN json_object('added_by', account_key)
            WHEN kind = 'comment' AND ref IS NOT NULL THEN json_object('commit', ref, 'path', title) END AS attributes
FROM gharchive_read WHERE kind IS NOT NULL;

-- A commit is pushed again by merges and to other branches; it is one deed in one repository.
INSERT INTO out_activity BY NAME
SELECT 'events' AS stream, record_id, lower(repository) || '/commit/' || sha AS key, 'commit' AS kind, lower(repository) AS place_key,
       lower(pushed_by) AS account_key, pushed_at AS happened_at, left(split_part(message, chr(10), 1), 500) AS title, message AS text,
       'https://github.com/' || repository || '/commit/' || sha AS url,
       json_object('author', author_name, 'ref', ref, 'date', 'of the push') AS attributes
FROM changed_gharchive_commit WHERE repository IS NOT NULL AND repository <> '';
