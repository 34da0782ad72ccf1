-- Events -> a thread each, with a `post` by the organizer when it was put into the calendar, and an `rsvp` of each person who accepted.

CREATE OR REPLACE TEMP MACRO ical_value(node) AS nullif(trim(node->0->>'#'), '');
-- A zone that is known: the one that the property names, else the calendar's, else UTC. An unknown one would be an error, not NULL.
SET VARIABLE ical_zones = (SELECT list(name) FROM pg_timezone_names());
CREATE OR REPLACE TEMP MACRO ical_zone(named, zone) AS
  CASE WHEN list_contains(getvariable('ical_zones'), named) THEN named WHEN list_contains(getvariable('ical_zones'), zone) THEN zone ELSE 'UTC' END;
-- The instant of a property: stated by the calendar's own zone, in UTC, in a zone by its name, or in the calendar's.
CREATE OR REPLACE TEMP MACRO ical_time(node, zone) AS
  CASE WHEN (node->0->>'@UTC') IS NOT NULL THEN TRY_CAST(node->0->>'@UTC' AS TIMESTAMPTZ)
       WHEN ends_with(node->0->>'#', 'Z') THEN timezone('UTC', try_strptime(node->0->>'#', '%Y%m%dT%H%M%SZ'))
       WHEN length(node->0->>'#') = 8 THEN timezone('UTC', try_strptime(node->0->>'#', '%Y%m%d'))
       ELSE timezone(ical_zone(ltrim(coalesce(node->0->>'@TZID', ''), '/'), zone), try_strptime(node->0->>'#', '%Y%m%dT%H%M%S')) END;

CREATE OR REPLACE TEMP TABLE ical_event AS
WITH said AS (
  SELECT record_id, json->'event' AS e, coalesce(nullif(json->'calendar'->>'name', ''), getvariable('source_name')) AS calendar,
         json->'calendar'->>'zone' AS zone
  FROM changed WHERE stream = 'events'
)
SELECT record_id, e, calendar, ical_time(e->'DTSTART', zone) AS starts_at, ical_time(e->'DTEND', zone) AS ends_at,
       ical_time(e->'CREATED', zone) AS created_at, coalesce(ical_value(e->'SUMMARY'), '(no title)') AS title, ical_value(e->'DESCRIPTION') AS text,
       CASE WHEN regexp_matches(ical_value(e->'URL'), '^https?://') THEN ical_value(e->'URL') END AS url,
       length(e->'DTSTART'->0->>'#') = 8 AS all_day, ical_value(e->'RRULE') AS rule
FROM said;

-- Organizers and attendees. A room is no person, and neither is the address that a calendar itself has.
CREATE OR REPLACE TEMP TABLE ical_person AS
WITH listed AS (
  SELECT record_id, 'organizer' AS part, e->'ORGANIZER'->0 AS p FROM ical_event WHERE (e->'ORGANIZER'->0) IS NOT NULL
  UNION ALL
  SELECT record_id, 'attendee' AS part, unnest(from_json(e->'ATTENDEE', '["JSON"]')) AS p FROM ical_event WHERE (e->'ATTENDEE') IS NOT NULL
), named AS (
  SELECT record_id, part, upper(coalesce(p->>'@PARTSTAT', 'NEEDS-ACTION')) AS answer, upper(coalesce(p->>'@ROLE', 'REQ-PARTICIPANT')) AS role,
         upper(coalesce(p->>'@CUTYPE', 'INDIVIDUAL')) AS type,
         lower(nullif(regexp_extract(coalesce(p->>'#', ''), '(?i)^mailto:\s*([^@\s]+@[^@\s?]+)', 1), '')) AS email, nullif(trim(p->>'@CN'), '') AS name
  FROM listed
)
SELECT record_id, part, answer, role, coalesce(email, lower(name)) AS account_key, CASE WHEN name NOT LIKE '%@%' THEN name END AS name, email,
       -- Such addresses belong to a calendar or to the sender of its notices.
       CASE WHEN regexp_matches(email, '@group\.calendar\.google\.com$|^(no-?reply|calendar-notification)@') THEN 'bot' END AS kind
FROM named WHERE type IN ('INDIVIDUAL', 'UNKNOWN') AND coalesce(email, name) IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY record_id, part, account_key ORDER BY answer = 'ACCEPTED' DESC, answer, role) = 1;

INSERT INTO out_place BY NAME
SELECT DISTINCT calendar AS key, 'calendar' AS kind, calendar AS name FROM ical_event;

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'calendar' AS platform, arg_max(name, starts_at) AS name, max(ical_person.email) AS email, max(kind) AS kind, max(starts_at) AS seen_at
FROM ical_person JOIN ical_event USING (record_id) WHERE starts_at IS NOT NULL GROUP BY account_key;

INSERT INTO out_thread BY NAME
SELECT record_id AS key, calendar AS place_key, title, url, starts_at AS opened_at, account_key AS opened_by_key
FROM ical_event LEFT JOIN (FROM ical_person WHERE part = 'organizer') USING (record_id) WHERE starts_at IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT 'events' AS stream, record_id, record_id AS key, 'event' AS kind, calendar AS place_key, record_id AS thread_key, account_key,
       CASE WHEN starts_at IS NOT NULL THEN coalesce(least(created_at, starts_at), starts_at) END AS happened_at, title, text, url,
       json_merge_patch('{}', json_object('starts_at', strftime(starts_at, '%Y-%m-%dT%H:%M:%SZ'), 'ends_at', strftime(ends_at, '%Y-%m-%dT%H:%M:%SZ'),
         'all_day', CASE WHEN all_day THEN true END, 'repeats', rule, 'location', ical_value(e->'LOCATION'), 'status', lower(ical_value(e->'STATUS')),
         'invited', nullif((SELECT count(*) FROM ical_person p WHERE p.record_id = ical_event.record_id AND part = 'attendee'), 0),
         'declined', nullif((SELECT count(*) FROM ical_person p WHERE p.record_id = ical_event.record_id AND part = 'attendee' AND answer = 'DECLINED'), 0))) AS attributes
FROM ical_event LEFT JOIN (FROM ical_person WHERE part = 'organizer') USING (record_id);

-- When somebody answered, a calendar does not tell: an rsvp stands at the time of the event it is for.
INSERT INTO out_activity BY NAME
SELECT 'events' AS stream, record_id, record_id || '/rsvp/' || account_key AS key, 'rsvp' AS kind, calendar AS place_key, record_id AS thread_key,
       record_id AS parent_key, account_key, starts_at AS happened_at, title, url, json_object('answer', lower(answer), 'role', lower(role)) AS attributes
FROM ical_person JOIN ical_event USING (record_id)
WHERE part = 'attendee' AND answer IN ('ACCEPTED', 'TENTATIVE') AND starts_at IS NOT NULL;

DROP TABLE ical_person; DROP TABLE ical_event;
