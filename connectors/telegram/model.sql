-- Messages -> message, reply, post, join and moderation activities; reactions; conversations out of replies and topics.
-- A record is a message, "<chat>/<id>", or a chat, "chat <id>". Which conversation a message belongs to depends on what it
-- answers, so every chat of which something changed is done again as a whole. `telegram_zone` is set by the connector.

SELECT error('setting `timezone`: there is no zone called ' || getvariable('telegram_zone'))
WHERE lower(getvariable('telegram_zone')) NOT IN (SELECT lower(name) FROM pg_timezone_names());

CREATE OR REPLACE TEMP TABLE telegram_chat AS
SELECT record_id[6:] AS chat, coalesce(nullif(json->>'name', ''), 'chat ' || record_id[6:]) AS name, coalesce(json->>'type', '') AS type
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND starts_with(record_id, 'chat ') AND NOT gone;

CREATE OR REPLACE TEMP TABLE telegram_message AS
WITH touched AS (SELECT DISTINCT CASE WHEN starts_with(record_id, 'chat ') THEN record_id[6:] ELSE split_part(record_id, '/', 1) END AS chat FROM changed)
SELECT record_id, split_part(record_id, '/', 1) AS chat, TRY_CAST(json->>'id' AS BIGINT) AS id, (json->>'type') = 'service' AS service, (json->>'action') AS action,
       coalesce(json->>'from_id', (json->>'actor_id'), lower(nullif(json->>'from', '')), lower(nullif(json->>'actor', ''))) AS account_key,
       coalesce(nullif(json->>'from', ''), nullif(json->>'actor', '')) AS name,
       coalesce(to_timestamp(TRY_CAST(json->>'date_unixtime' AS DOUBLE)), timezone(getvariable('telegram_zone'), TRY_CAST(json->>'date' AS TIMESTAMP))) AS happened_at,
       coalesce(to_timestamp(TRY_CAST(json->>'edited_unixtime' AS DOUBLE)), timezone(getvariable('telegram_zone'), TRY_CAST(json->>'edited' AS TIMESTAMP))) AS edited_at,
       TRY_CAST(json->>'reply_to_message_id' AS BIGINT) AS answers, nullif(json->>'title', '') AS topic,
       -- A text with links, code and the like is a list of pieces.
       nullif(CASE json_type(json->'text') WHEN 'VARCHAR' THEN (json->>'text')
                WHEN 'ARRAY' THEN array_to_string([CASE WHEN json_type(p) = 'VARCHAR' THEN (p->>'$')
                                                        WHEN (p->>'type') = 'text_link' THEN (p->>'text') || coalesce(' (' || (p->>'href') || ')', '')
                                                        WHEN (p->>'type') = 'code' THEN '`' || (p->>'text') || '`'
                                                        WHEN (p->>'type') = 'pre' THEN chr(10) || '```' || chr(10) || (p->>'text') || chr(10) || '```' || chr(10)
                                                        ELSE (p->>'text') END FOR p IN from_json(json->'text', '["JSON"]')], '') END, '') AS text,
       (json->>'forwarded_from') AS forwarded_from, (json->>'via_bot') AS via_bot, coalesce(json->>'media_type', CASE WHEN json_exists(json, '$.photo') THEN 'photo'
         WHEN json_exists(json, '$.file') THEN 'file' WHEN json_exists(json, '$.poll') THEN 'poll' END) AS media, json->'reactions' AS reactions, json->'members' AS members
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND NOT gone AND NOT starts_with(record_id, 'chat ')
  AND split_part(record_id, '/', 1) IN (FROM touched);

-- The first message of each chain of replies: in groups with topics, the one that made the topic. An answer has a higher number.
CREATE OR REPLACE TEMP TABLE telegram_chain AS
WITH RECURSIVE answer AS (SELECT chat, id, answers FROM telegram_message WHERE answers < id),
chain AS (
  SELECT DISTINCT m.chat, m.id, m.id AS root FROM telegram_message m JOIN answer a ON a.chat = m.chat AND a.answers = m.id
  WHERE NOT EXISTS (FROM answer own WHERE own.chat = m.chat AND own.id = m.id AND EXISTS (FROM telegram_message p WHERE p.chat = own.chat AND p.id = own.answers))
  UNION
  SELECT a.chat, a.id, c.root FROM chain c JOIN answer a ON a.chat = c.chat AND a.answers = c.id
)
SELECT chat, id, root FROM chain;

CREATE OR REPLACE TEMP TABLE telegram_said AS
SELECT m.*, 'chat/' || m.chat AS place_key, CASE WHEN chain.root IS NOT NULL THEN 'thread/' || m.chat || '/' || chain.root END AS thread_key,
       CASE WHEN parent.id IS NOT NULL THEN 'message/' || parent.record_id END AS parent_key,
       CASE WHEN m.service AND m.action IN ('join_group_by_link', 'join_group_by_request', 'invite_members', 'add_members') THEN 'join'
            WHEN m.service THEN 'moderation' WHEN ends_with(c.type, '_channel') THEN 'post' WHEN parent.id IS NOT NULL AND NOT parent.service THEN 'reply' ELSE 'message' END AS kind
FROM telegram_message m
LEFT JOIN telegram_chat c USING (chat)
LEFT JOIN telegram_chain chain ON chain.chat = m.chat AND chain.id = m.id
LEFT JOIN telegram_message parent ON parent.chat = m.chat AND parent.id = m.answers AND m.answers < m.id;

INSERT INTO out_place BY NAME
SELECT 'chat/' || chat AS key, CASE WHEN ends_with(type, '_channel') THEN 'channel' ELSE 'group' END AS kind, name FROM telegram_chat;

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'telegram' AS platform, arg_max(name, (happened_at, id)) AS name, max(happened_at) AS seen_at
FROM telegram_message WHERE account_key IS NOT NULL AND happened_at IS NOT NULL GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT thread_key AS key, any_value(place_key) AS place_key, arg_min(coalesce(topic, left(split_part(text, chr(10), 1), 120)), id) AS title,
       arg_min(happened_at, id) AS opened_at, arg_min(account_key, id) AS opened_by_key
FROM telegram_said WHERE thread_key IS NOT NULL GROUP BY thread_key;

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, 'message/' || record_id AS key, kind, place_key, thread_key, parent_key, account_key, happened_at, coalesce(text, topic) AS text,
       nullif(json_merge_patch('{}', json_object('action', action, 'members', members, 'media', media, 'forwarded_from', forwarded_from, 'via_bot', via_bot,
                                                 'edited_at', strftime(edited_at, '%Y-%m-%dT%H:%M:%SZ'))), '{}') AS attributes
FROM telegram_said;

-- Reactions: with a time for the few that Telegram names, at the time of the message for the rest.
INSERT INTO out_activity BY NAME
WITH one AS (SELECT record_id, place_key, thread_key, happened_at, unnest(from_json(reactions, '["JSON"]')) AS r FROM telegram_said WHERE happened_at IS NOT NULL),
reaction AS (
  SELECT * EXCLUDE (r), coalesce(r->>'emoji', (r->>'document_id'), (r->>'type')) AS reaction, TRY_CAST(r->>'count' AS BIGINT) AS n,
         list_filter(coalesce(from_json(r->'recent', '["JSON"]'), []), w -> (w->>'from_id') IS NOT NULL) AS recent FROM one
), named AS (SELECT * EXCLUDE (recent, n), unnest(recent) AS w FROM reaction),
every AS (
  SELECT record_id, place_key, thread_key, reaction, (w->>'from_id') AS account_key, NULL::DOUBLE AS amount,
         coalesce(timezone(getvariable('telegram_zone'), TRY_CAST(w->>'date' AS TIMESTAMP)), happened_at) AS happened_at, (w->>'date') IS NULL AS guessed FROM named
  QUALIFY row_number() OVER (PARTITION BY record_id, reaction, (w->>'from_id') ORDER BY (w->>'date')) = 1
  UNION ALL SELECT record_id, place_key, thread_key, reaction, NULL, n - len(recent), happened_at, true FROM reaction WHERE n > len(recent)
)
SELECT 'messages' AS stream, record_id, 'message/' || record_id || '/' || reaction || '/' || coalesce(account_key, '') AS key, 'reaction' AS kind, place_key, thread_key,
       'message/' || record_id AS parent_key, account_key, happened_at, amount,
       CASE WHEN guessed THEN json_object('reaction', reaction, 'time', 'of the post') ELSE json_object('reaction', reaction) END AS attributes
FROM every;

INSERT INTO out_account BY NAME
WITH r AS (SELECT unnest(from_json(reactions, '["JSON"]')) AS r FROM telegram_message),
w AS (SELECT unnest(from_json(r->'recent', '["JSON"]')) AS w FROM r)
SELECT (w->>'from_id') AS key, 'telegram' AS platform, min(w->>'from') AS name FROM w
WHERE (w->>'from_id') IS NOT NULL AND (w->>'from_id') NOT IN (SELECT account_key FROM telegram_message WHERE account_key IS NOT NULL) GROUP BY 1;

DROP TABLE telegram_said; DROP TABLE telegram_chain; DROP TABLE telegram_message; DROP TABLE telegram_chat;
