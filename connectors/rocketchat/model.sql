-- Messages -> message, reply, join and moderation activities; reactions. A record of `messages` is a message, or "channel <id>".
-- An account is a login, because reactions name people by nothing else; Rocket.Chat writes a new one into all that was said before.
-- Whether a message opens a thread shows in its answers, so every thread of which something changed is done again as a whole.
-- `rocketchat_site` is set by the connector.

CREATE OR REPLACE TEMP TABLE rocketchat_user AS
SELECT nullif(json->>'username', '') AS login, nullif(json->>'name', '') AS name, lower(nullif(json->'emails'->0->>'address', '')) AS email,
       coalesce((json->>'type') IN ('bot', 'app'), false) OR coalesce(list_contains(from_json(json->'roles', '["VARCHAR"]'), 'bot'), false) OR record_id = 'rocket.cat' AS bot
FROM raw_record WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'users' AND NOT gone;

CREATE OR REPLACE TEMP TABLE rocketchat_channel AS
SELECT record_id[9:] AS id, coalesce(nullif(json->>'fname', ''), (json->>'name')) AS name, getvariable('rocketchat_site') || '/channel/' || (json->>'name') AS url
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND starts_with(record_id, 'channel ') AND NOT gone;

CREATE OR REPLACE TEMP TABLE rocketchat_every AS
SELECT record_id, json AS m, coalesce(nullif(json->>'tmid', ''), record_id) AS root, nullif(json->'u'->>'username', '') AS login,
       -- What an integration writes under another name is not said by whoever set it up: it is an account of its own.
       coalesce(json_type(json->'bot') = 'OBJECT' AND (json->>'alias') <> '', false) AS automatic,
       TRY_CAST(coalesce(json->>'ts', (json->'ts'->>'/$date')) AS TIMESTAMPTZ) AS happened_at
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND NOT starts_with(record_id, 'channel ') AND NOT gone;

CREATE OR REPLACE TEMP TABLE rocketchat_message AS
WITH touched AS (
  SELECT DISTINCT coalesce(nullif(json->>'tmid', ''), record_id) AS root FROM changed WHERE stream = 'messages' AND NOT starts_with(record_id, 'channel ')
)
SELECT e.*, count(*) OVER (PARTITION BY root) > 1 OR coalesce(TRY_CAST(m->>'tcount' AS BIGINT) > 0, false) AS threaded, CASE WHEN root <> record_id THEN root END AS reply_to,
       (m->>'rid') AS channel, coalesce(m->>'t', '') AS type,
       CASE WHEN automatic THEN 'webhook/' || (m->>'alias') ELSE login END AS account_key,
       TRY_CAST(coalesce(m->>'editedAt', (m->'editedAt'->>'/$date')) AS TIMESTAMPTZ) AS edited_at,
       coalesce(nullif(trim(m->>'msg'), ''),
                nullif(array_to_string([nullif(concat_ws(chr(10), nullif(a->>'title', ''), nullif(a->>'text', ''), nullif(a->>'description', '')), '')
                                        FOR a IN from_json(m->'attachments', '["JSON"]')], chr(10)), ''), (m->'file'->>'name')) AS text,
       nullif(coalesce(json_array_length(m->'files'), CASE WHEN json_type(m->'file') = 'OBJECT' THEN 1 END), 0) AS files
FROM rocketchat_every e WHERE root IN (SELECT root FROM touched);

INSERT INTO out_place BY NAME
SELECT 'channel/' || channel AS key, 'channel' AS kind, coalesce(c.name, channel) AS name, c.url
FROM (SELECT channel FROM rocketchat_message UNION SELECT id FROM rocketchat_channel) used LEFT JOIN rocketchat_channel c ON c.id = channel WHERE channel IS NOT NULL;

INSERT INTO out_account BY NAME
SELECT login AS key, 'rocketchat' AS platform, login, name, email, CASE WHEN bot THEN 'bot' END AS kind FROM rocketchat_user;

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'rocketchat' AS platform, arg_max(CASE WHEN automatic THEN account_key[9:] ELSE login END, (happened_at, record_id)) AS login,
       arg_max(CASE WHEN NOT automatic THEN nullif(m->'u'->>'name', '') END, (happened_at, record_id)) AS name,
       CASE WHEN any_value(automatic) OR account_key = 'rocket.cat' THEN 'bot' END AS kind
FROM rocketchat_message WHERE account_key NOT IN (SELECT login FROM rocketchat_user WHERE login IS NOT NULL) GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT 'thread/' || root AS key, 'channel/' || channel AS place_key, left(split_part(text, chr(10), 1), 120) AS title, c.url || '?msg=' || root AS url,
       happened_at AS opened_at, account_key AS opened_by_key
FROM rocketchat_message LEFT JOIN rocketchat_channel c ON c.id = channel WHERE threaded AND reply_to IS NULL;

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, 'message/' || record_id AS key,
       CASE WHEN type IN ('uj', 'au', 'ut', 'ujt', 'added-user-to-team') THEN 'join' WHEN type <> '' AND type NOT IN ('discussion-created', 'e2e') THEN 'moderation'
            WHEN reply_to IS NOT NULL THEN 'reply' ELSE 'message' END AS kind,
       'channel/' || channel AS place_key, CASE WHEN threaded OR reply_to IS NOT NULL THEN 'thread/' || root END AS thread_key, 'message/' || reply_to AS parent_key,
       account_key, happened_at, text, c.url || '?msg=' || record_id AS url,
       nullif(json_merge_patch('{}', json_object('type', nullif(type, ''), 'files', files, 'pinned', CASE WHEN (m->>'pinned') = 'true' THEN true END,
                                                 'edited_at', strftime(edited_at, '%Y-%m-%dT%H:%M:%SZ'))), '{}') AS attributes
FROM rocketchat_message LEFT JOIN rocketchat_channel c ON c.id = channel;

-- Reactions. Rocket.Chat does not say when: they stand at the time of the message.
CREATE OR REPLACE TEMP TABLE rocketchat_reaction AS
WITH emoji AS (SELECT record_id, channel, root, threaded, reply_to, happened_at, m, unnest(json_keys(m->'reactions')) AS name FROM rocketchat_message WHERE json_type(m->'reactions') = 'OBJECT'),
one AS (SELECT * EXCLUDE (m), unnest(list_distinct(coalesce(from_json(json_extract(m->'reactions', '/' || replace(replace(name, '~', '~0'), '/', '~1'))->'usernames', '["VARCHAR"]'), []))) AS login FROM emoji)
SELECT *, trim(name, ':') AS reaction FROM one WHERE login <> '';

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, 'message/' || record_id || '/' || reaction || '/' || login AS key, 'reaction' AS kind, 'channel/' || channel AS place_key,
       CASE WHEN threaded OR reply_to IS NOT NULL THEN 'thread/' || root END AS thread_key, 'message/' || record_id AS parent_key, login AS account_key, happened_at,
       json_object('reaction', reaction, 'time', 'of the post') AS attributes
FROM rocketchat_reaction;

INSERT INTO out_account BY NAME
SELECT DISTINCT login AS key, 'rocketchat' AS platform, login FROM rocketchat_reaction
WHERE login NOT IN (SELECT login FROM rocketchat_user WHERE login IS NOT NULL UNION ALL SELECT account_key FROM rocketchat_message WHERE account_key IS NOT NULL);

DROP TABLE rocketchat_reaction; DROP TABLE rocketchat_message; DROP TABLE rocketchat_every; DROP TABLE rocketchat_channel; DROP TABLE rocketchat_user;
