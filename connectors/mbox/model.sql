-- Mails -> threads and mail activities. Which thread a mail is in can follow from mails that came before or after it, so each
-- run looks at the whole of the source; a mail that is there twice (the same Message-ID) is one activity that says so.

CREATE OR REPLACE TEMP TABLE mbox_mail AS
SELECT message_id, min(record_id) AS record_id, count(*) AS copies, arg_min(list, record_id) AS list, list_sort(list(DISTINCT list)) AS lists,
       arg_min(struct_pack(name, address, obscured, sent_at, date_from, date_header, subject, bare_subject, is_reply, parents, text, quoted_lines,
                           attachments, automatic, archived_at), record_id) AS m
FROM mbox_message
WHERE source_id = stable_id('source/' || getvariable('source_name')) AND EXISTS (SELECT 1 FROM changed_mbox_message)
GROUP BY message_id;

-- The nearest of those it answers that is here; else, for a "Re:" that names none, the one before with the same subject on the list.
CREATE OR REPLACE TEMP TABLE mbox_parent AS
WITH named AS (
  SELECT message_id, unnest(string_split(m.parents, ' ')) AS parent_id, generate_subscripts(string_split(m.parents, ' '), 1) AS place
  FROM mbox_mail WHERE m.parents IS NOT NULL
), nearest AS (
  SELECT named.message_id, arg_max(named.parent_id, named.place) AS parent_id FROM named SEMI JOIN mbox_mail ON mbox_mail.message_id = named.parent_id
  GROUP BY named.message_id
), before AS (
  SELECT message_id, m.is_reply AND m.parents IS NULL AS is_lost, m.sent_at AS sent_at,
         lag(message_id) OVER same AS parent_id, lag(m.sent_at) OVER same AS parent_at
  FROM mbox_mail WHERE m.bare_subject <> '' AND m.sent_at IS NOT NULL
  WINDOW same AS (PARTITION BY list, m.bare_subject ORDER BY m.sent_at, message_id)
)
SELECT message_id, parent_id, false AS guessed FROM nearest
UNION ALL
SELECT message_id, parent_id, true FROM before WHERE is_lost AND parent_id IS NOT NULL AND sent_at <= parent_at + INTERVAL 60 DAY;

-- From the roots down: a circle of answers is reached from nowhere, and each of its mails is a thread of its own. Mails whose
-- whole ancestry is missing share the oldest id they name.
CREATE OR REPLACE TEMP TABLE mbox_thread AS
WITH RECURSIVE reached AS (
  SELECT message_id, coalesce(split_part(m.parents, ' ', 1), message_id) AS thread_key FROM mbox_mail ANTI JOIN mbox_parent USING (message_id)
  UNION ALL
  SELECT mbox_parent.message_id, reached.thread_key FROM mbox_parent JOIN reached ON mbox_parent.parent_id = reached.message_id
)
SELECT mbox_mail.message_id, coalesce(reached.thread_key, mbox_mail.message_id) AS thread_key FROM mbox_mail LEFT JOIN reached USING (message_id);

CREATE OR REPLACE TEMP TABLE mbox_read AS
SELECT mail.*, thread_key, parent.parent_id, parent.guessed, coalesce(m.address, m.obscured, '') || CASE WHEN m.address IS NULL THEN '/' || coalesce(m.name, '') ELSE '' END AS account_key
FROM mbox_mail mail JOIN mbox_thread USING (message_id) LEFT JOIN mbox_parent parent USING (message_id);

INSERT INTO out_place BY NAME
SELECT list AS key, 'list' AS kind, list AS name FROM mbox_read WHERE list <> '' GROUP BY list;

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'mail' AS platform, arg_max(m.name, (m.sent_at, record_id)) AS name, any_value(m.address) AS email,
       CASE WHEN bool_and(m.automatic) THEN 'bot' END AS kind, max(m.sent_at) AS seen_at
FROM mbox_read WHERE account_key <> '/' GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT thread_key AS key, arg_min(list, (m.sent_at, record_id)) AS place_key, arg_min(m.subject, (m.sent_at, record_id)) AS title,
       arg_min(m.archived_at, (m.sent_at, record_id)) AS url, min(m.sent_at) AS opened_at, arg_min(account_key, (m.sent_at, record_id)) AS opened_by_key
FROM mbox_read WHERE m.sent_at IS NOT NULL GROUP BY thread_key;

INSERT INTO out_activity BY NAME
SELECT 'messages' AS stream, record_id, message_id AS key, 'mail' AS kind, nullif(list, '') AS place_key, thread_key, parent_id AS parent_key,
       nullif(account_key, '/') AS account_key, m.sent_at AS happened_at, m.subject AS title, nullif(m.text, '') AS text, m.archived_at AS url,
       nullif(json_merge_patch('{}', json_object('quoted_lines', nullif(m.quoted_lines, 0), 'attachments', nullif(m.attachments, 0),
         'copies', CASE WHEN copies > 1 THEN copies END, 'lists', CASE WHEN len(lists) > 1 THEN lists END,
         'date', CASE m.date_from WHEN 'received' THEN 'of the last server, the sender''s is not believable'
                                  WHEN 'envelope' THEN 'of the archive, the sender''s is not believable' END,
         'thread', CASE WHEN guessed THEN 'by its subject' END))::VARCHAR, '{}') AS attributes
FROM mbox_read;
