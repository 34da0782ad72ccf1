-- Commits -> commit activities of their author, role activities of everybody a trailer names, releases out of tags.
-- An account is one spelling "Name <email>": whether two spellings are one person is for identity to say.

INSERT INTO out_place BY NAME
SELECT 'repository' AS key, 'repository' AS kind, getvariable('source_name') AS name, getvariable('source_url') AS url;

CREATE OR REPLACE TEMP TABLE git_commit_read AS
SELECT record_id, message, parents, author_name, committer_name, files, lines_added, lines_deleted, author_time, committer_time,
       author_name || ' <' || lower(author_email) || '>' AS author_key, lower(author_email) AS author_email,
       committer_name || ' <' || lower(committer_email) || '>' AS committer_key, lower(committer_email) AS committer_email,
       -- A clock that was wrong by decades: git itself is of 2005, imports of older history reach back to the 1970s but
       -- 1970 itself is a zero. The committer's clock is the second witness.
       CASE WHEN author_time >= '1971-01-01' AND author_time <= now() + INTERVAL 2 DAY THEN author_time
            WHEN committer_time >= '1971-01-01' AND committer_time <= now() + INTERVAL 2 DAY THEN committer_time
       END AS happened_at
FROM changed_git_commit;

INSERT INTO out_rejected BY NAME
SELECT 'commits' AS stream, record_id, 'dated ' || coalesce(author_time, committer_time)::VARCHAR || ': no believable date' AS reason,
       left(message, 200) AS excerpt
FROM git_commit_read WHERE happened_at IS NULL;

INSERT INTO out_activity BY NAME
SELECT 'commits' AS stream, record_id, record_id AS key, 'commit' AS kind, 'repository' AS place_key,
       author_key AS account_key, happened_at,
       left(split_part(message, chr(10), 1), 500) AS title, message AS text,
       '{"parents":' || CASE WHEN parents = '' THEN 0 ELSE 1 + length(parents) - length(replace(parents, ' ', '')) END
         || coalesce(',"files":' || files || ',"added":' || lines_added || ',"deleted":' || lines_deleted, '')
         || CASE WHEN contains(message, 'This reverts commit ')
                 THEN ',"reverts":"' || regexp_extract(message, 'This reverts commit ([0-9a-f]{7,64})', 1) || '"' ELSE '' END
         || CASE WHEN happened_at <> author_time THEN ',"date":"of the committer, the author date is not believable"' ELSE '' END
         || '}' AS attributes
FROM git_commit_read WHERE happened_at IS NOT NULL;

-- Trailers: any line "Something-by: Name <email>". The last paragraph is where git wants them, but merges and
-- squashes leave them higher up, so every line counts.
CREATE OR REPLACE TEMP TABLE git_role AS
WITH line AS (
  SELECT record_id, author_key, happened_at,
         unnest(regexp_extract_all(message, '(?im)^[ \t]*[a-z]+(?:-[a-z]+)*-by:[ \t]*[^<>\n]*<[^<>\n]*>')) AS line
  FROM git_commit_read WHERE happened_at IS NOT NULL AND contains(lower(message), '-by:')
), named AS (
  SELECT record_id, author_key, happened_at,
         lower(trim(split_part(line, ':', 1))) AS trailer,
         trim(trim(regexp_extract(line, ':[ \t]*([^<]*)<', 1)), '"') AS name,
         lower(trim(regexp_extract(line, '<([^>]*)>', 1))) AS email
  FROM line
)
SELECT DISTINCT record_id, happened_at, name, email, name || ' <' || email || '>' AS account_key,
       CASE trailer WHEN 'co-authored-by' THEN 'co-author' WHEN 'co-developed-by' THEN 'co-author'
                    WHEN 'signed-off-by' THEN 'signer' WHEN 'reviewed-by' THEN 'reviewer'
                    WHEN 'acked-by' THEN 'acknowledger' WHEN 'tested-by' THEN 'tester'
                    WHEN 'reported-by' THEN 'reporter' WHEN 'helped-by' THEN 'helper'
                    WHEN 'suggested-by' THEN 'suggester' WHEN 'mentored-by' THEN 'mentor'
                    WHEN 'approved-by' THEN 'approver' WHEN 'debugged-by' THEN 'debugger'
                    ELSE trailer END AS role
FROM named
WHERE (name <> '' OR email <> '')
UNION
SELECT record_id, happened_at, committer_name, committer_email, committer_key, 'committer'
FROM git_commit_read WHERE happened_at IS NOT NULL AND committer_key <> author_key;

INSERT INTO out_activity BY NAME
SELECT 'commits' AS stream, record_id, record_id || '/' || role || '/' || account_key AS key, 'role' AS kind,
       'repository' AS place_key, record_id AS parent_key, account_key, happened_at,
       json_object('role', role) AS attributes
FROM git_role;

INSERT INTO out_account BY NAME
SELECT author_key AS key, 'git' AS platform, NULL AS login, any_value(author_name) AS name, any_value(author_email) AS email, max(happened_at) AS seen_at
FROM git_commit_read WHERE happened_at IS NOT NULL GROUP BY author_key
UNION ALL BY NAME
SELECT account_key AS key, 'git' AS platform, any_value(name) AS name, any_value(email) AS email, max(happened_at) AS seen_at
FROM git_role GROUP BY account_key;

-- Releases.
INSERT INTO out_activity BY NAME
SELECT stream, record_id, 'tag/' || record_id AS key, 'release' AS kind, 'repository' AS place_key,
       nullif((json->>'tagger_name') || ' <' || lower(json->>'tagger_email') || '>', ' <>') AS account_key,
       (json->>'time')::TIMESTAMPTZ AS happened_at, json->>'name' AS title, json->>'subject' AS text,
       json_object('target', json->>'target') AS attributes
FROM changed WHERE stream = 'tags' AND (json->>'time') IS NOT NULL;

INSERT INTO out_account BY NAME
SELECT (json->>'tagger_name') || ' <' || lower(json->>'tagger_email') || '>' AS key, 'git' AS platform,
       json->>'tagger_name' AS name, lower(json->>'tagger_email') AS email, (json->>'time')::TIMESTAMPTZ AS seen_at
FROM changed WHERE stream = 'tags' AND (json->>'tagger_name') <> '';

-- .mailmap is evidence, not truth.
INSERT INTO out_hint BY NAME
SELECT 'mailmap' AS kind, json->>'name' AS name, lower(json->>'email') AS email, json->>'other_name' AS other_name,
       lower(json->>'other_email') AS other_email
FROM changed WHERE stream = 'mailmap';
