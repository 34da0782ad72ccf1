-- Lines of channels -> message and join activities. Times without a zone are those of `irc_zone`, which is set by the connector.

CREATE OR REPLACE TEMP TABLE irc_said AS
SELECT record_id, channel, kind, nick AS written, lower(nick) AS account_key, text,
       CASE WHEN zone IS NULL THEN timezone(getvariable('irc_zone'), (local_time AT TIME ZONE 'UTC')) ELSE local_time - to_minutes(zone) END AS happened_at
FROM changed_irc_line;

INSERT INTO out_place BY NAME
SELECT 'channel/' || channel AS key, 'channel' AS kind, channel AS name FROM irc_said GROUP BY channel;

-- A nick is an account; large and small letters are the same to IRC. Bots are those of the network itself, and nicks that say so: IRC has
-- no other sign of them.
INSERT INTO out_account BY NAME
SELECT account_key AS key, 'irc' AS platform, account_key AS login, arg_max(written, (happened_at, written)) AS name,
       CASE WHEN account_key IN ('chanserv', 'nickserv', 'memoserv', 'operserv', 'hostserv', 'botserv', 'saslserv', 'alis', 'global')
              OR regexp_matches(account_key, '(^|[^a-z])bot[_`\d]*$|(meet|zuul|log|build|jenkins|commit|git|news|rss|ubot)bot[_`\d]*$') THEN 'bot' END AS kind, max(happened_at) AS seen_at
FROM irc_said GROUP BY account_key;

INSERT INTO out_activity BY NAME
SELECT 'lines' AS stream, record_id, record_id AS key, CASE WHEN kind = 'join' THEN 'join' ELSE 'message' END AS kind, 'channel/' || channel AS place_key, account_key, happened_at, text,
       CASE WHEN kind IN ('action', 'notice') THEN json_object('type', kind) END AS attributes
FROM irc_said;

DROP TABLE irc_said;
