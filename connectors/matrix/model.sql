-- Events -> message, reply, join and moderation activities; reactions, which Matrix dates. A record is an event, or "room <id>". An edit is
-- an event that replaces the words of another, an answer names what it answers: every room of which something changed is done again
-- as a whole. What was redacted is gone.

CREATE OR REPLACE TEMP TABLE matrix_room AS
SELECT (json->>'room_id') AS room, coalesce(nullif(json->>'name', ''), nullif(json->>'alias', ''), (json->>'room_id')) AS name,
       coalesce(nullif(json->>'alias', ''), (json->>'room_id')) AS address
FROM raw_record WHERE source_id = stable_id('source/' || getvariable('source_name')) AND starts_with(record_id, 'room ') AND NOT gone;

CREATE OR REPLACE TEMP TABLE matrix_member AS
WITH listed AS (
  SELECT unnest(map_entries(CAST(json->'members' AS MAP(VARCHAR, VARCHAR)))) AS one FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND starts_with(record_id, 'room ') AND NOT gone
)
SELECT one.key AS account_key, one.value AS name FROM listed;

CREATE OR REPLACE TEMP TABLE matrix_event AS
WITH touched AS (
  -- A tombstone has no words left that say where it was: then all rooms are done.
  SELECT DISTINCT coalesce(json->>'room_id', '*') AS room FROM changed
  UNION SELECT '*' FROM raw_record WHERE gone AND source_id = stable_id('source/' || getvariable('source_name')) AND record_id IN (SELECT record_id FROM changed)
)
SELECT record_id, json AS e, (json->>'room_id') AS room, (json->>'type') AS type, nullif(json->>'sender', '') AS account_key,
       to_timestamp(TRY_CAST(json->>'origin_server_ts' AS DOUBLE) / 1000) AS happened_at,
       json->'content' AS c, (json->'content'->'m.relates_to'->>'rel_type') AS relation, (json->'content'->'m.relates_to'->>'event_id') AS related,
       (json->'content'->'m.relates_to'->'m.in_reply_to'->>'event_id') AS answers, (json->'content'->'m.relates_to'->>'is_falling_back') = 'true' AS falls_back
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND NOT starts_with(record_id, 'room ') AND NOT gone
  AND ((json->>'room_id') IN (SELECT room FROM touched) OR (SELECT bool_or(room = '*') FROM touched));

-- The last edit by whoever wrote it; edits by others do not count.
CREATE OR REPLACE TEMP TABLE matrix_edit AS
SELECT d.related AS record_id, arg_max(d.c->'m.new_content', (d.happened_at, d.record_id)) AS c, max(d.happened_at) AS edited_at
FROM matrix_event d JOIN matrix_event o ON o.record_id = d.related AND o.account_key = d.account_key AND o.room = d.room
WHERE d.relation = 'm.replace' AND json_type(d.c->'m.new_content') = 'OBJECT' GROUP BY d.related;

CREATE OR REPLACE TEMP TABLE matrix_said AS
SELECT v.record_id, v.room, v.type, v.account_key, v.happened_at, edit.edited_at, coalesce(edit.c, v.c)->>'msgtype' AS msgtype, v.e,
       CASE WHEN relation = 'm.thread' THEN related END AS thread, CASE WHEN NOT coalesce(relation = 'm.thread' AND falls_back, false) THEN answers END AS answers,
       CASE WHEN v.type = 'm.room.member' THEN v.c->>'membership'
            -- An answer without threads repeats what it answers in front, line by line behind ">".
            WHEN answers IS NOT NULL THEN nullif(trim(regexp_replace(coalesce(edit.c, v.c)->>'body', '^(> [^\n]*\n)+\n', '')), '')
            ELSE nullif(trim(coalesce(coalesce(edit.c, v.c)->>'body', (v.c->'m.text'->0->>'body'))), '') END AS text
FROM matrix_event v LEFT JOIN matrix_edit edit USING (record_id)
WHERE v.type NOT IN ('m.reaction') AND coalesce(relation <> 'm.replace', true);

-- The first message of each chain of answers. What an event answers is older than it; a circle is reached from nowhere.
CREATE OR REPLACE TEMP TABLE matrix_chain AS
WITH RECURSIVE link AS (
  SELECT s.record_id, s.answers FROM matrix_said s JOIN matrix_said p ON p.record_id = s.answers AND p.room = s.room WHERE s.thread IS NULL AND p.thread IS NULL
), chain AS (
  SELECT DISTINCT answers AS record_id, answers AS root FROM link WHERE answers NOT IN (SELECT record_id FROM link)
  UNION
  SELECT link.record_id, chain.root FROM chain JOIN link ON link.answers = chain.record_id
)
SELECT record_id, root FROM chain;

CREATE OR REPLACE TEMP TABLE matrix_placed AS
SELECT s.*, coalesce(s.thread, CASE WHEN s.record_id IN (SELECT thread FROM matrix_said WHERE thread IS NOT NULL) THEN s.record_id END, chain.root) AS root,
       coalesce(CASE WHEN s.answers IN (SELECT record_id FROM matrix_said) THEN s.answers END, CASE WHEN s.thread IN (SELECT record_id FROM matrix_said) THEN s.thread END) AS parent
FROM matrix_said s LEFT JOIN matrix_chain chain USING (record_id);

INSERT INTO out_place BY NAME
SELECT 'room/' || room AS key, 'channel' AS kind, coalesce(r.name, room) AS name, 'https://matrix.to/#/' || coalesce(r.address, room) AS url
FROM (SELECT room FROM matrix_event UNION SELECT room FROM matrix_room) used LEFT JOIN matrix_room r USING (room);

-- Bots are those whose messages are notices, which is what Matrix asks of bots, and nothing else.
INSERT INTO out_account BY NAME
SELECT account_key AS key, 'matrix' AS platform, account_key AS login,
       coalesce(any_value(member.name), arg_max(nullif(c->>'displayname', ''), (happened_at, record_id)) FILTER (type = 'm.room.member' AND (e->>'state_key') = account_key)) AS name,
       CASE WHEN bool_and((c->>'msgtype') = 'm.notice') FILTER (type = 'm.room.message') THEN 'bot' END AS kind, max(happened_at) AS seen_at
FROM matrix_event LEFT JOIN (SELECT account_key, min(name) AS name FROM matrix_member GROUP BY account_key) member USING (account_key)
WHERE account_key IS NOT NULL GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT 'thread/' || root AS key, 'room/' || any_value(room) AS place_key, left(split_part(arg_min(text, happened_at) FILTER (record_id = root), chr(10), 1), 120) AS title,
       'https://matrix.to/#/' || any_value(room) || '/' || root AS url, min(happened_at) AS opened_at, arg_min(account_key, happened_at) FILTER (record_id = root) AS opened_by_key
FROM matrix_placed WHERE root IS NOT NULL GROUP BY root;

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, 'event/' || record_id AS key,
       CASE WHEN type <> 'm.room.member' THEN CASE WHEN parent IS NOT NULL THEN 'reply' ELSE 'message' END
            WHEN text = 'join' THEN 'join' ELSE 'moderation' END AS kind,
       'room/' || room AS place_key, 'thread/' || root AS thread_key, 'event/' || parent AS parent_key, account_key, happened_at,
       CASE WHEN type <> 'm.room.member' THEN text END AS text, 'https://matrix.to/#/' || room || '/' || record_id AS url,
       nullif(json_merge_patch('{}', json_object('type', CASE WHEN type = 'm.room.member' AND text <> 'join' THEN text END, 'encrypted', CASE WHEN type = 'm.room.encrypted' THEN true END,
                                                 'msgtype', CASE WHEN msgtype NOT IN ('m.text') THEN msgtype END, 'edited_at', strftime(edited_at, '%Y-%m-%dT%H:%M:%SZ'))), '{}') AS attributes
FROM matrix_placed
-- Who only changed a name or picture was in the room before.
WHERE type <> 'm.room.member' OR (e->>'membership_before') IS DISTINCT FROM text;

INSERT INTO out_activity BY NAME
SELECT DISTINCT ON (key) 'messages' AS stream, r.record_id, 'event/' || r.related || '/' || (r.c->'m.relates_to'->>'key') || '/' || r.account_key AS key, 'reaction' AS kind,
       'room/' || r.room AS place_key, 'thread/' || p.root AS thread_key, 'event/' || p.record_id AS parent_key, r.account_key, r.happened_at,
       json_object('reaction', r.c->'m.relates_to'->>'key') AS attributes
FROM matrix_event r LEFT JOIN matrix_placed p ON p.record_id = r.related AND p.room = r.room
WHERE r.type = 'm.reaction' AND (r.c->'m.relates_to'->>'key') IS NOT NULL AND r.related IS NOT NULL ORDER BY r.happened_at, r.record_id;

DROP TABLE matrix_placed; DROP TABLE matrix_chain; DROP TABLE matrix_said; DROP TABLE matrix_edit; DROP TABLE matrix_event; DROP TABLE matrix_member; DROP TABLE matrix_room;
