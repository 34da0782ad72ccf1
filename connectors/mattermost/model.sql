-- Posts -> message, reply, join and moderation activities; reactions, which Mattermost dates. A record of `messages` is a post, or
-- "channel <id>" with its team. Whether a post opens a thread shows in its answers, so every thread of which something changed is
-- done again as a whole. `mattermost_site` is set by the connector.

CREATE OR REPLACE TEMP TABLE mattermost_user AS
SELECT record_id AS id, nullif(json->>'username', '') AS login, lower(nullif(json->>'email', '')) AS email,
       coalesce(nullif(trim(concat_ws(' ', json->>'first_name', json->>'last_name')), ''), nullif(json->>'nickname', ''), nullif(json->>'username', '')) AS name,
       coalesce((json->>'is_bot') = 'true', false) AS bot, to_timestamp(TRY_CAST(json->>'update_at' AS DOUBLE) / 1000) AS seen_at
FROM raw_record WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'users' AND NOT gone;

CREATE OR REPLACE TEMP TABLE mattermost_channel AS
SELECT record_id[9:] AS id, coalesce(nullif(json->'channel'->>'display_name', ''), (json->'channel'->>'name')) AS name,
       getvariable('mattermost_site') || '/' || (json->>'team') AS team_url, getvariable('mattermost_site') || '/' || (json->>'team') || '/channels/' || (json->'channel'->>'name') AS url
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND starts_with(record_id, 'channel ') AND NOT gone;

CREATE OR REPLACE TEMP TABLE mattermost_post AS
WITH post AS (
  SELECT record_id, json AS p, (json->>'channel_id') AS channel, coalesce(nullif(json->>'root_id', ''), record_id) AS root FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND NOT starts_with(record_id, 'channel ') AND NOT gone
), touched AS (
  SELECT DISTINCT coalesce(nullif(json->>'root_id', ''), record_id) AS root FROM changed WHERE stream = 'messages' AND NOT starts_with(record_id, 'channel ')
), moved AS (SELECT DISTINCT record_id[9:] AS channel FROM changed WHERE stream = 'messages' AND starts_with(record_id, 'channel '))
SELECT post.*, count(*) OVER (PARTITION BY root) > 1 OR coalesce(TRY_CAST(p->>'reply_count' AS BIGINT) > 0, false) AS threaded,
       CASE WHEN root <> record_id THEN root END AS reply_to, coalesce(p->>'type', '') AS type,
       -- What a webhook or plugin posts stands under the name of whoever set it up: it is told apart as an account of its own.
       (p->'props'->>'from_webhook') = 'true' OR (p->'props'->>'from_plugin') = 'true' AS automatic,
       CASE WHEN automatic THEN 'webhook/' || coalesce(nullif(p->'props'->>'override_username', ''), nullif(p->'props'->>'webhook_display_name', ''), (p->>'user_id'))
            ELSE nullif(p->>'user_id', '') END AS account_key,
       to_timestamp(TRY_CAST(p->>'create_at' AS DOUBLE) / 1000) AS happened_at, to_timestamp(nullif(TRY_CAST(p->>'edit_at' AS DOUBLE), 0) / 1000) AS edited_at,
       coalesce(nullif(trim(p->>'message'), ''),
                nullif(array_to_string([coalesce(nullif(concat_ws(chr(10), nullif(a->>'pretext', ''), nullif(a->>'title', ''), nullif(a->>'text', '')), ''), (a->>'fallback'))
                                        FOR a IN from_json(p->'props'->'attachments', '["JSON"]')], chr(10)), ''),
                nullif(array_to_string([(f->>'name') FOR f IN from_json(p->'metadata'->'files', '["JSON"]')], chr(10)), '')) AS text,
       nullif(json_array_length(p->'file_ids'), 0) AS files
FROM post WHERE root IN (SELECT root FROM touched) OR channel IN (SELECT channel FROM moved);

INSERT INTO out_place BY NAME
SELECT 'channel/' || channel AS key, 'channel' AS kind, coalesce(c.name, channel) AS name, c.url
FROM (SELECT channel FROM mattermost_post UNION SELECT id FROM mattermost_channel) used LEFT JOIN mattermost_channel c ON c.id = channel WHERE channel IS NOT NULL;

-- Accounts: everybody in the directory (bots as Mattermost says), webhooks, and whoever wrote or reacted without standing in it.
INSERT INTO out_account BY NAME
SELECT id AS key, 'mattermost' AS platform, login, name, email, CASE WHEN bot THEN 'bot' END AS kind, seen_at FROM mattermost_user;

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'mattermost' AS platform, CASE WHEN any_value(automatic) THEN account_key[9:] END AS login, CASE WHEN any_value(automatic) THEN 'bot' END AS kind
FROM mattermost_post WHERE account_key NOT IN (SELECT id FROM mattermost_user) GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT 'thread/' || root AS key, 'channel/' || channel AS place_key, left(split_part(text, chr(10), 1), 120) AS title, c.team_url || '/pl/' || root AS url,
       happened_at AS opened_at, account_key AS opened_by_key
FROM mattermost_post LEFT JOIN mattermost_channel c ON c.id = channel WHERE threaded AND reply_to IS NULL;

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, 'post/' || record_id AS key,
       CASE WHEN type IN ('system_join_channel', 'system_add_to_channel', 'system_join_team', 'system_add_to_team', 'system_join_leave', 'system_add_remove') THEN 'join'
            WHEN starts_with(type, 'system_') THEN 'moderation' WHEN reply_to IS NOT NULL THEN 'reply' ELSE 'message' END AS kind,
       'channel/' || channel AS place_key, CASE WHEN threaded OR reply_to IS NOT NULL THEN 'thread/' || root END AS thread_key, 'post/' || reply_to AS parent_key,
       account_key, happened_at, text, c.team_url || '/pl/' || record_id AS url,
       nullif(json_merge_patch('{}', json_object('type', nullif(type, ''), 'files', files, 'pinned', CASE WHEN (p->>'is_pinned') = 'true' THEN true END,
                                                 'edited_at', strftime(edited_at, '%Y-%m-%dT%H:%M:%SZ'))), '{}') AS attributes
FROM mattermost_post LEFT JOIN mattermost_channel c ON c.id = channel;

CREATE OR REPLACE TEMP TABLE mattermost_reaction AS
WITH one AS (SELECT record_id, channel, root, threaded, reply_to, unnest(from_json(p->'metadata'->'reactions', '["JSON"]')) AS r FROM mattermost_post)
SELECT DISTINCT ON (key) * EXCLUDE (r), 'post/' || record_id || '/' || (r->>'emoji_name') || '/' || (r->>'user_id') AS key, (r->>'emoji_name') AS reaction, (r->>'user_id') AS account_key,
       to_timestamp(TRY_CAST(r->>'create_at' AS DOUBLE) / 1000) AS happened_at
FROM one WHERE (r->>'emoji_name') IS NOT NULL AND (r->>'user_id') IS NOT NULL AND coalesce((r->>'delete_at') IN ('0', ''), true);

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, key, 'reaction' AS kind, 'channel/' || channel AS place_key, CASE WHEN threaded OR reply_to IS NOT NULL THEN 'thread/' || root END AS thread_key,
       'post/' || record_id AS parent_key, account_key, happened_at, json_object('reaction', reaction) AS attributes
FROM mattermost_reaction;

INSERT INTO out_account BY NAME
SELECT DISTINCT account_key AS key, 'mattermost' AS platform FROM mattermost_reaction
WHERE account_key NOT IN (SELECT id FROM mattermost_user UNION ALL SELECT account_key FROM mattermost_post WHERE account_key IS NOT NULL);

DROP TABLE mattermost_reaction; DROP TABLE mattermost_post; DROP TABLE mattermost_channel; DROP TABLE mattermost_user;
