-- Messages -> message (opens a topic) and reply activities; reactions. A record is {"message": …}, with the stream and topic beside it
-- where only the file's name tells them; or a stream, "stream <id>". Which message opened a topic depends on the others in it,
-- so every topic of which something changed is done again as a whole. Users have records of their own where the organization is
-- read live. `zulip_site` is set by the connector.

CREATE OR REPLACE TEMP TABLE zulip_user AS
SELECT record_id AS id, nullif(json->>'full_name', '') AS name,
       -- Where addresses are hidden Zulip gives "user12@host" instead, which nobody reads.
       CASE WHEN NOT starts_with(coalesce(json->>'delivery_email', (json->>'email')), 'user' || record_id || '@')
            THEN lower(nullif(coalesce(json->>'delivery_email', (json->>'email')), '')) END AS email,
       coalesce((json->>'is_bot') = 'true', false) AS bot
FROM raw_record WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'users' AND NOT gone;

CREATE OR REPLACE TEMP TABLE zulip_every AS
SELECT record_id, json->'message' AS m, TRY_CAST(record_id AS BIGINT) AS id,
       coalesce(json->'message'->>'stream_id', nullif(regexp_extract(json->>'stream', '^(\d+)-', 1), ''), (json->'message'->>'display_recipient'), (json->>'stream')) AS stream_key,
       coalesce(json->'message'->>'display_recipient', replace(regexp_replace(json->>'stream', '^\d+-', ''), '-', ' ')) AS stream_name,
       coalesce(json->'message'->>'subject', (json->'message'->>'topic'), (json->>'topic'), '') AS raw_topic,
       regexp_replace(raw_topic, '^(✔ )+', '') AS topic, starts_with(raw_topic, '✔ ') AS resolved
FROM raw_record
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND stream = 'messages' AND NOT starts_with(record_id, 'stream ') AND NOT gone;

CREATE OR REPLACE TEMP TABLE zulip_message AS
WITH touched AS (SELECT DISTINCT stream_key, topic FROM zulip_every WHERE record_id IN (SELECT record_id FROM changed))
SELECT e.*, coalesce(m->>'sender_id', 'name:' || nullif(m->>'sender_full_name', '')) AS account_key, nullif(m->>'sender_full_name', '') AS name,
       CASE WHEN NOT starts_with(m->>'sender_email', 'user' || (m->>'sender_id') || '@') THEN lower(nullif(m->>'sender_email', '')) END AS email, to_timestamp(TRY_CAST(m->>'timestamp' AS DOUBLE)) AS happened_at,
       nullif(CASE WHEN (m->>'content_type') = 'text/x-markdown' THEN (m->>'content') ELSE html_text(m->>'content') END, '') AS text,
       to_timestamp(TRY_CAST(m->>'last_edit_timestamp' AS DOUBLE)) AS edited_at,
       -- Where nobody chose a topic there is no conversation, only a pile.
       CASE WHEN lower(topic) NOT IN ('', '(no topic)', 'stream events', 'channel events') THEN 'topic/' || stream_key || '/' || topic END AS thread_key,
       min(id) OVER (PARTITION BY stream_key, topic) AS first_id,
       CASE WHEN getvariable('zulip_site') <> '' AND regexp_full_match(stream_key, '\d+') THEN getvariable('zulip_site') || '/#narrow/channel/' || stream_key || '/topic/'
         || replace(replace(url_encode(raw_topic), '.', '%2E'), '%', '.') || '/near/' || id END AS url
FROM zulip_every e SEMI JOIN touched USING (stream_key, topic);

INSERT INTO out_place BY NAME
SELECT 'stream/' || stream_key AS key, 'channel' AS kind, coalesce(max(s.name), arg_max(stream_name, id)) AS name,
       CASE WHEN getvariable('zulip_site') <> '' AND regexp_full_match(stream_key, '\d+') THEN getvariable('zulip_site') || '/#narrow/channel/' || stream_key END AS url
FROM zulip_every
LEFT JOIN (SELECT (json->>'stream_id') AS stream_key, (json->>'name') AS name FROM raw_record
           WHERE source_id = stable_id('source/' || getvariable('source_name')) AND starts_with(record_id, 'stream ') AND NOT gone) s USING (stream_key)
GROUP BY stream_key;

-- Accounts: everybody in the directory (bots as Zulip says), and whoever wrote without standing in it (archives; Zulip's own bots).
INSERT INTO out_account BY NAME
SELECT id AS key, 'zulip' AS platform, name, email, CASE WHEN bot THEN 'bot' END AS kind, wrote.last_at AS seen_at
FROM zulip_user LEFT JOIN (SELECT (m->>'sender_id') AS id, max(to_timestamp(TRY_CAST(m->>'timestamp' AS DOUBLE))) AS last_at FROM zulip_every GROUP BY ALL) wrote USING (id);

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'zulip' AS platform, arg_max(name, (happened_at, id)) AS name, arg_max(email, (happened_at, id)) AS email,
       CASE WHEN any_value(regexp_matches(email, '-bot@')) OR any_value(name) IN ('Notification Bot', 'Welcome Bot', 'Zulip Notification Bot') THEN 'bot' END AS kind, max(happened_at) AS seen_at
FROM zulip_message WHERE account_key IS NOT NULL AND happened_at IS NOT NULL AND account_key NOT IN (SELECT id FROM zulip_user) GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT thread_key AS key, 'stream/' || any_value(stream_key) AS place_key, any_value(topic) AS title, arg_min(url, id) AS url, arg_min(happened_at, id) AS opened_at,
       arg_min(account_key, id) AS opened_by_key
FROM zulip_message WHERE thread_key IS NOT NULL GROUP BY thread_key;

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, 'message/' || record_id AS key, CASE WHEN thread_key IS NOT NULL AND id > first_id THEN 'reply' ELSE 'message' END AS kind,
       'stream/' || stream_key AS place_key, thread_key, CASE WHEN thread_key IS NOT NULL AND id > first_id THEN 'message/' || first_id END AS parent_key, account_key, happened_at,
       CASE WHEN thread_key IS NOT NULL THEN topic END AS title, text, url,
       nullif(json_merge_patch('{}', json_object('edited_at', strftime(edited_at, '%Y-%m-%dT%H:%M:%SZ'), 'resolved', CASE WHEN resolved AND id = first_id THEN true END)), '{}') AS attributes
FROM zulip_message;

-- Reactions. Zulip does not say when: they stand at the time of the message.
INSERT INTO out_activity BY NAME
WITH one AS (SELECT record_id, stream_key, thread_key, happened_at, topic, unnest(from_json(m->'reactions', '["JSON"]')) AS r FROM zulip_message WHERE happened_at IS NOT NULL)
SELECT DISTINCT ON (key) 'messages' AS stream, record_id,
       'message/' || record_id || '/' || (r->>'emoji_name') || '/' || coalesce(r->>'user_id', (r->'user'->>'id'), (r->'user'->>'email'), '') AS key, 'reaction' AS kind,
       'stream/' || stream_key AS place_key, thread_key, 'message/' || record_id AS parent_key, coalesce(r->>'user_id', (r->'user'->>'id')) AS account_key, happened_at,
       json_object('reaction', (r->>'emoji_name'), 'time', 'of the post') AS attributes
FROM one WHERE (r->>'emoji_name') IS NOT NULL;

INSERT INTO out_account BY NAME
WITH r AS (SELECT unnest(from_json(m->'reactions', '["JSON"]')) AS r FROM zulip_message)
SELECT coalesce(r->>'user_id', (r->'user'->>'id')) AS key, 'zulip' AS platform, min(r->'user'->>'full_name') AS name, lower(min(r->'user'->>'email')) AS email
FROM r WHERE coalesce(r->>'user_id', (r->'user'->>'id')) NOT IN (SELECT account_key FROM zulip_message WHERE account_key IS NOT NULL UNION SELECT id FROM zulip_user) GROUP BY 1;

DROP TABLE zulip_user; DROP TABLE zulip_message; DROP TABLE zulip_every;
