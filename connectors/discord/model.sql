-- Messages -> message, reply, join and moderation activities; reactions; conversations out of replies and of Discord's threads.
-- A record is a message, "<channel>/<id>", or a channel, "channel <id>". Which conversation a message belongs to depends on
-- what it answers, so every channel of which something changed is done again as a whole. Ids are numbers that grow with time.
-- DiscordChatExporter and the API write the same things under different names.

CREATE OR REPLACE TEMP TABLE discord_channel AS
SELECT (json->'channel'->>'id') AS channel, (json->'channel'->>'name') AS name, (json->'guild'->>'id') AS guild,
       contains(coalesce(json->'channel'->>'type', ''), 'Thread') OR coalesce((json->'channel'->>'type') IN ('10', '11', '12'), false) AS is_thread,
       coalesce(json->'channel'->>'categoryId', (json->'channel'->>'parentId'), (json->'channel'->>'parent_id')) AS parent, coalesce(json->'channel'->>'category', (json->'channel'->>'parent')) AS parent_name
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND starts_with(record_id, 'channel ') AND NOT gone;

CREATE OR REPLACE TEMP TABLE discord_message AS
WITH touched AS (SELECT DISTINCT CASE WHEN starts_with(record_id, 'channel ') THEN record_id[9:] ELSE split_part(record_id, '/', 1) END AS channel FROM changed)
SELECT record_id, split_part(record_id, '/', 1) AS channel, TRY_CAST(json->>'id' AS UBIGINT) AS id,
       CASE json->>'type' WHEN '0' THEN 'Default' WHEN '6' THEN 'ChannelPinnedMessage' WHEN '7' THEN 'GuildMemberJoin' WHEN '18' THEN 'ThreadCreated' WHEN '19' THEN 'Reply'
         ELSE json->>'type' END AS type,
       (json->'author'->>'id') AS account_key, json->'author' AS author, TRY_CAST(json->>'timestamp' AS TIMESTAMPTZ) AS happened_at,
       coalesce(json->'author'->>'isBot', (json->'author'->>'bot')) = 'true' OR (json->>'webhook_id') IS NOT NULL AS bot,
       TRY_CAST(coalesce(json->>'timestampEdited', (json->>'edited_timestamp')) AS TIMESTAMPTZ) AS edited_at, coalesce(json->>'isPinned', (json->>'pinned')) = 'true' AS pinned,
       CASE WHEN coalesce(json->'reference'->>'channelId', (json->'message_reference'->>'channel_id'), split_part(record_id, '/', 1)) = split_part(record_id, '/', 1)
            THEN TRY_CAST(coalesce(json->'reference'->>'messageId', (json->'message_reference'->>'message_id')) AS UBIGINT) END AS answers,
       coalesce(nullif(json->>'content', ''),
                nullif(array_to_string([concat_ws(chr(10), nullif(e->>'title', ''), nullif(e->>'description', '')) FOR e IN from_json(json->'embeds', '["JSON"]')], chr(10)), ''),
                nullif(array_to_string([coalesce(f->>'fileName', (f->>'filename')) FOR f IN from_json(json->'attachments', '["JSON"]')], chr(10)), '')) AS text,
       nullif(json_array_length(json->'attachments'), 0) AS files, json->'reactions' AS reactions
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND NOT gone AND NOT starts_with(record_id, 'channel ')
  AND split_part(record_id, '/', 1) IN (FROM touched);

-- The first message of each chain of replies. An answer is younger than what it answers, so there are no circles.
CREATE OR REPLACE TEMP TABLE discord_chain AS
WITH RECURSIVE answer AS (SELECT channel, id, answers FROM discord_message WHERE answers < id AND type = 'Reply'),
chain AS (
  SELECT DISTINCT m.channel, m.id, m.id AS root FROM discord_message m JOIN answer a ON a.channel = m.channel AND a.answers = m.id
  WHERE NOT EXISTS (FROM answer own WHERE own.channel = m.channel AND own.id = m.id AND EXISTS (FROM discord_message p WHERE p.channel = own.channel AND p.id = own.answers))
  UNION
  SELECT a.channel, a.id, c.root FROM chain c JOIN answer a ON a.channel = c.channel AND a.answers = c.id
)
SELECT channel, id, root FROM chain;

CREATE OR REPLACE TEMP TABLE discord_said AS
SELECT m.*, c.guild, c.is_thread,
       'channel/' || CASE WHEN c.is_thread AND c.parent IS NOT NULL THEN c.parent ELSE m.channel END AS place_key,
       CASE WHEN c.is_thread THEN 'thread/' || m.channel WHEN chain.root IS NOT NULL THEN 'thread/' || m.channel || '/' || chain.root END AS thread_key,
       CASE WHEN parent.id IS NOT NULL THEN 'message/' || parent.record_id END AS parent_key,
       CASE WHEN c.guild IS NOT NULL THEN 'https://discord.com/channels/' || c.guild || '/' || m.channel || '/' || m.id END AS url,
       CASE WHEN m.type = 'GuildMemberJoin' THEN 'join'
            WHEN m.type IN ('Default', 'Reply', 'ChatInputCommand', 'ContextMenuCommand', 'ApplicationCommand', 'ThreadStarterMessage', '20', '21', '23')
              THEN CASE WHEN parent.id IS NOT NULL THEN 'reply' ELSE 'message' END
            ELSE 'moderation' END AS kind
FROM discord_message m
LEFT JOIN discord_channel c USING (channel)
LEFT JOIN discord_chain chain ON chain.channel = m.channel AND chain.id = m.id
LEFT JOIN discord_message parent ON parent.channel = m.channel AND parent.id = m.answers AND m.type = 'Reply' AND m.answers < m.id;

INSERT INTO out_place BY NAME
SELECT 'channel/' || channel AS key, 'channel' AS kind, name, 'https://discord.com/channels/' || guild || '/' || channel AS url FROM discord_channel WHERE NOT is_thread
UNION ALL BY NAME
SELECT 'channel/' || parent AS key, 'channel' AS kind, parent_name AS name, 'https://discord.com/channels/' || guild || '/' || parent AS url
FROM discord_channel WHERE is_thread AND parent IS NOT NULL AND parent NOT IN (SELECT channel FROM discord_channel WHERE NOT is_thread)
UNION ALL BY NAME
SELECT 'channel/' || channel AS key, 'channel' AS kind, name FROM discord_channel WHERE is_thread AND parent IS NULL;

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'discord' AS platform,
       coalesce(nullif(author->>'name', ''), (author->>'username')) || CASE WHEN coalesce(author->>'discriminator', '0000') IN ('0', '0000', '') THEN '' ELSE '#' || (author->>'discriminator') END AS login,
       coalesce(nullif(author->>'nickname', ''), nullif(author->>'global_name', ''), nullif(author->>'name', ''), (author->>'username')) AS name, CASE WHEN bot THEN 'bot' END AS kind, happened_at AS seen_at
FROM discord_message WHERE account_key <> '' QUALIFY row_number() OVER (PARTITION BY account_key ORDER BY happened_at DESC NULLS LAST, record_id) = 1;

INSERT INTO out_thread BY NAME
SELECT thread_key AS key, any_value(place_key) AS place_key,
       coalesce(any_value(c.name) FILTER (s.is_thread), arg_min(left(split_part(text, chr(10), 1), 120), id)) AS title, arg_min(url, id) AS url,
       arg_min(happened_at, id) AS opened_at, arg_min(account_key, id) AS opened_by_key
FROM discord_said s LEFT JOIN discord_channel c USING (channel) WHERE thread_key IS NOT NULL GROUP BY thread_key;

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, 'message/' || record_id AS key, kind, place_key, thread_key, parent_key, account_key, happened_at, text, url,
       nullif(json_merge_patch('{}', json_object('type', CASE WHEN kind = 'moderation' THEN type END, 'files', files, 'pinned', CASE WHEN pinned THEN true END,
                                                 'edited_at', strftime(edited_at, '%Y-%m-%dT%H:%M:%SZ'))), '{}') AS attributes
FROM discord_said;

-- Reactions. Discord does not say when: they stand at the time of the message. Newer exports name who reacted.
INSERT INTO out_activity BY NAME
WITH one AS (SELECT record_id, place_key, thread_key, happened_at, unnest(from_json(reactions, '["JSON"]')) AS r FROM discord_said WHERE happened_at IS NOT NULL),
reaction AS (
  SELECT * EXCLUDE (r), coalesce(nullif(r->'emoji'->>'code', ''), (r->'emoji'->>'name')) AS reaction, TRY_CAST(r->>'count' AS BIGINT) AS n,
         list_distinct([(u->>'id') FOR u IN coalesce(from_json(r->'users', '["JSON"]'), [])]) AS users FROM one
), every AS (
  SELECT record_id, place_key, thread_key, happened_at, reaction, unnest(users) AS account_key, NULL::DOUBLE AS amount FROM reaction
  UNION ALL SELECT record_id, place_key, thread_key, happened_at, reaction, NULL, n - len(users) FROM reaction WHERE n > len(users)
)
SELECT 'messages' AS stream, record_id, 'message/' || record_id || '/' || reaction || '/' || coalesce(account_key, '') AS key, 'reaction' AS kind, place_key, thread_key,
       'message/' || record_id AS parent_key, account_key, happened_at, amount, json_object('reaction', reaction, 'time', 'of the post') AS attributes
FROM every;

INSERT INTO out_account BY NAME
WITH r AS (SELECT happened_at, unnest(from_json(reactions, '["JSON"]')) AS r FROM discord_message),
u AS (SELECT unnest(from_json(r->'users', '["JSON"]')) AS u, happened_at FROM r)
SELECT (u->>'id') AS key, 'discord' AS platform, min(u->>'name') AS login, min(coalesce(u->>'nickname', (u->>'name'))) AS name,
       max(CASE WHEN (u->>'isBot') = 'true' THEN 'bot' END) AS kind
FROM u WHERE (u->>'id') NOT IN (SELECT account_key FROM discord_message WHERE account_key IS NOT NULL) GROUP BY 1;

DROP TABLE discord_said; DROP TABLE discord_chain; DROP TABLE discord_message; DROP TABLE discord_channel;
