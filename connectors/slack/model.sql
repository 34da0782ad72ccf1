-- Messages -> message, reply, join and moderation activities; reactions; threads where Slack has one. A record is one
-- message, named "<channel>/<ts>": the channel's id (Web API) or folder (export). Names of users and channels stand in
-- their own records, so messages that name somebody whose record changed are done again. `slack_site` is set by the connector.

CREATE OR REPLACE TEMP TABLE slack_user AS
SELECT record_id AS id, nullif(json->>'name', '') AS login,
       coalesce(nullif(json->'profile'->>'display_name', ''), nullif(json->>'name', '')) AS called,
       coalesce(nullif(json->>'real_name', ''), nullif(json->'profile'->>'real_name', ''), nullif(json->'profile'->>'display_name', '')) AS name,
       lower(nullif(json->'profile'->>'email', '')) AS email, (json->'profile'->>'bot_id') AS bot_id,
       coalesce((json->>'is_bot') = 'true', false) OR record_id = 'USLACKBOT' AS bot,
       coalesce(to_timestamp(TRY_CAST(json->>'updated' AS DOUBLE)), to_timestamp(1)) AS seen_at
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'users' AND NOT gone;

-- Known by id and, for the folders of an export, by name.
CREATE OR REPLACE TEMP TABLE slack_channel AS
WITH channel AS (
  SELECT record_id AS id, nullif(json->>'name', '') AS name FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'channels' AND NOT gone
)
SELECT id AS folder, id, coalesce(name, id) AS name FROM channel
UNION ALL SELECT name, min(id), name FROM channel WHERE name IS NOT NULL AND name NOT IN (SELECT id FROM channel) GROUP BY name;

CREATE OR REPLACE TEMP TABLE slack_message AS
WITH renamed AS (SELECT record_id AS id FROM changed WHERE stream = 'users'),
moved AS (SELECT record_id AS id FROM changed WHERE stream = 'channels' UNION SELECT (json->>'name') FROM changed WHERE stream = 'channels'),
concerned AS (
  SELECT record_id, json FROM changed WHERE stream = 'messages'
  UNION
  SELECT record_id, json FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND NOT gone
    AND ((SELECT count(*) FROM renamed) + (SELECT count(*) FROM moved)) > 0
    AND (list_has_any(regexp_extract_all(json->>'text', '<[@#]([A-Z0-9]+)', 1), (SELECT list(id) FROM (FROM renamed UNION FROM moved)))
         OR split_part(record_id, '/', 1) IN (FROM moved) OR (json->>'bot_id') IN (SELECT (json->'profile'->>'bot_id') FROM changed WHERE stream = 'users'))
)
SELECT record_id, record_id[: length(record_id) - length(json->>'ts') - 1] AS channel, (json->>'ts') AS ts, (json->>'subtype') AS subtype,
       CASE WHEN (json->>'thread_ts') <> (json->>'ts') THEN (json->>'thread_ts') END AS reply_to,
       coalesce(json->>'thread_ts' = (json->>'ts'), false) OR coalesce(TRY_CAST(json->>'reply_count' AS BIGINT) > 0, false) AS opens,
       coalesce(nullif(json->>'user', ''), nullif(json->'comment'->>'user', ''), owner.id, nullif(json->>'bot_id', '')) AS account_key,
       (json->>'bot_id') AS bot_id, json->'user_profile' AS profile, nullif(json->>'username', '') AS username,
       to_timestamp(TRY_CAST(json->>'ts' AS DOUBLE)) AS happened_at,
       coalesce(nullif(json->>'text', ''),
                nullif(array_to_string([coalesce(nullif(a->>'fallback', ''), nullif(concat_ws(E'\n', (a->>'pretext'), (a->>'title'), (a->>'text')), ''))
                                        FOR a IN from_json(json->'attachments', '["JSON"]')], E'\n'), ''),
                nullif(array_to_string([coalesce(f->>'title', (f->>'name')) FOR f IN from_json(json->'files', '["JSON"]')], E'\n'), '')) AS raw_text,
       json->'reactions' AS reactions, to_timestamp(TRY_CAST(json->'edited'->>'ts' AS DOUBLE)) AS edited_at,
       coalesce(json_array_length(json->'files'), CASE WHEN json_type(json->'file') = 'OBJECT' THEN 1 END) AS files
FROM concerned
LEFT JOIN (SELECT bot_id, min(id) AS id FROM slack_user WHERE bot_id IS NOT NULL GROUP BY bot_id) owner ON owner.bot_id = (json->>'bot_id');

-- Slack's markup, piece by piece: <@U1>, <#C1|name>, <!here>, <https://…|words>; then its three entities.
CREATE OR REPLACE TEMP TABLE slack_text AS
WITH piece AS (
  SELECT record_id, unnest(regexp_extract_all(raw_text, '<[^<>]*>|[^<]+|<')) AS piece, generate_subscripts(regexp_extract_all(raw_text, '<[^<>]*>|[^<]+|<'), 1) AS n
  FROM slack_message WHERE contains(raw_text, '<')
), part AS (
  SELECT record_id, n, piece, length(piece) > 2 AND piece[1] = '<' AND piece[-1] = '>' AS marked,
         split_part(piece[2:-2], '|', 1) AS target, CASE WHEN contains(piece, '|') THEN nullif(piece[strpos(piece, '|') + 1 : -2], '') END AS label
  FROM piece
), plain AS (
  SELECT part.record_id, n,
         CASE WHEN NOT marked THEN piece
              WHEN target[1] = '@' THEN '@' || coalesce(u.called, label, target[2:])
              WHEN target[1] = '#' THEN '#' || coalesce(c.name, label, target[2:])
              WHEN starts_with(target, '!subteam') OR starts_with(target, '!date') THEN coalesce(label, target[2:])
              WHEN target[1] = '!' THEN '@' || coalesce(ltrim(label, '@'), target[2:])
              WHEN starts_with(target, 'mailto:') THEN coalesce(label, target[8:])
              WHEN label IS NULL OR contains(target, label) THEN target
              ELSE label || ' (' || target || ')' END AS piece
  FROM part
  LEFT JOIN slack_user u ON marked AND target[1] = '@' AND u.id = target[2:]
  LEFT JOIN slack_channel c ON marked AND target[1] = '#' AND c.folder = target[2:]
), joined AS (
  SELECT record_id, string_agg(piece, '' ORDER BY n) AS text FROM plain GROUP BY record_id
)
SELECT m.record_id, nullif(trim(replace(replace(replace(coalesce(j.text, m.raw_text), '&lt;', '<'), '&gt;', '>'), '&amp;', '&'), E' \n'), '') AS text
FROM slack_message m LEFT JOIN joined j USING (record_id);

INSERT INTO out_place BY NAME
WITH used AS (SELECT channel AS folder FROM slack_message UNION SELECT id FROM slack_channel)
SELECT 'channel/' || coalesce(c.id, folder) AS key, 'channel' AS kind, coalesce(c.name, folder) AS name,
       CASE WHEN getvariable('slack_site') <> '' AND c.id IS NOT NULL THEN getvariable('slack_site') || '/archives/' || c.id END AS url
FROM used LEFT JOIN slack_channel c USING (folder);

-- Accounts: everybody in the directory, and whoever wrote without standing in it (other workspaces, removed apps).
INSERT INTO out_account BY NAME
SELECT id AS key, 'slack' AS platform, login, name, email, CASE WHEN bot THEN 'bot' END AS kind, seen_at FROM slack_user;

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'slack' AS platform, min(coalesce(profile->>'name', CASE WHEN bot_id IS NOT NULL AND NOT starts_with(username, '<') THEN username END)) AS login,
       min(nullif(profile->>'real_name', '')) AS name, CASE WHEN any_value(account_key)[1] = 'B' THEN 'bot' END AS kind
FROM slack_message WHERE account_key IS NOT NULL AND account_key NOT IN (SELECT id FROM slack_user) GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT 'thread/' || channel || '/' || ts AS key, 'channel/' || coalesce(c.id, channel) AS place_key, left(split_part(text, E'\n', 1), 120) AS title,
       CASE WHEN getvariable('slack_site') <> '' AND c.id IS NOT NULL THEN getvariable('slack_site') || '/archives/' || c.id || '/p' || replace(ts, '.', '') END AS url,
       happened_at AS opened_at, account_key AS opened_by_key
FROM slack_message m JOIN slack_text USING (record_id) LEFT JOIN slack_channel c ON c.folder = m.channel WHERE opens AND reply_to IS NULL;

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, m.record_id, 'message/' || m.record_id AS key,
       CASE WHEN subtype IN ('channel_join', 'group_join') THEN 'join'
            WHEN subtype IS NOT NULL AND subtype NOT IN ('bot_message', 'file_share', 'file_comment', 'file_mention', 'me_message', 'thread_broadcast',
                                                         'reply_broadcast', 'slackbot_response') THEN 'moderation'
            WHEN reply_to IS NOT NULL THEN 'reply' ELSE 'message' END AS kind,
       'channel/' || coalesce(c.id, channel) AS place_key,
       CASE WHEN reply_to IS NOT NULL OR opens THEN 'thread/' || channel || '/' || coalesce(reply_to, ts) END AS thread_key,
       CASE WHEN reply_to IS NOT NULL THEN 'message/' || channel || '/' || reply_to END AS parent_key,
       account_key, happened_at, text,
       CASE WHEN getvariable('slack_site') <> '' AND c.id IS NOT NULL THEN getvariable('slack_site') || '/archives/' || c.id || '/p' || replace(ts, '.', '')
              || coalesce('?thread_ts=' || reply_to || '&cid=' || c.id, '') END AS url,
       nullif(json_merge_patch('{}', json_object('subtype', subtype, 'files', files, 'edited_at', strftime(edited_at, '%Y-%m-%dT%H:%M:%SZ'))), '{}') AS attributes
FROM slack_message m JOIN slack_text USING (record_id) LEFT JOIN slack_channel c ON c.folder = m.channel;

-- Reactions. Slack does not say when: they stand at the time of the message. Of many reactions it names only some people.
CREATE OR REPLACE TEMP TABLE slack_reaction AS
WITH one AS (SELECT record_id, channel, reply_to, opens, ts, happened_at, unnest(from_json(reactions, '["JSON"]')) AS r FROM slack_message WHERE json_type(reactions) = 'ARRAY')
SELECT * EXCLUDE (r), (r->>'name') AS reaction, list_distinct(coalesce(from_json(r->'users', '["VARCHAR"]'), [])) AS users, TRY_CAST(r->>'count' AS BIGINT) AS n FROM one;

INSERT INTO out_activity BY NAME
WITH named AS (SELECT * EXCLUDE (users), unnest(users) AS account_key, NULL::DOUBLE AS amount FROM slack_reaction),
every AS (
  SELECT record_id, channel, reply_to, opens, ts, happened_at, reaction, account_key, amount FROM named WHERE account_key <> ''
  UNION ALL
  SELECT record_id, channel, reply_to, opens, ts, happened_at, reaction, NULL, n - len(users) FROM slack_reaction WHERE n > len(users)
)
SELECT 'messages' AS stream, record_id, 'message/' || record_id || '/' || reaction || '/' || coalesce(account_key, '') AS key, 'reaction' AS kind,
       'channel/' || coalesce(c.id, channel) AS place_key, CASE WHEN reply_to IS NOT NULL OR opens THEN 'thread/' || channel || '/' || coalesce(reply_to, ts) END AS thread_key,
       'message/' || record_id AS parent_key, account_key, happened_at, amount, json_object('reaction', reaction, 'time', 'of the post') AS attributes
FROM every LEFT JOIN slack_channel c ON c.folder = channel;

DROP TABLE slack_reaction; DROP TABLE slack_text; DROP TABLE slack_message; DROP TABLE slack_channel; DROP TABLE slack_user;
