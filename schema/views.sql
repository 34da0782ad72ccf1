-- What metrics read. Each `…_now` view says what a fact table holds; refresh_facts() fills `activity_people` and
-- `thread_people` from them after every sync, merge or change of team, so that a metric is a scan of one table.

-- One row an activity, with who did it, for whom on that day, and where. `person_id` is NULL where the source
-- does not say who (counts of downloads, likes without names).
CREATE OR REPLACE VIEW activity_people_now AS
SELECT a.activity_id, a.kind, a.happened_at, a.happened_at::DATE AS day, a.amount, a.thread_id, a.parent_id, a.account_id,
       a.source_id, s.name AS source, s.connector, a.place_id, pl.name AS place,
       ap.person_id, p.name AS person, p.kind AS person_kind,
       t.person_id IS NOT NULL AS is_team,
       af.organization_id, o.name AS organization,
       CASE WHEN a.kind = 'role' THEN a.attributes->>'role' END AS role
FROM activity a
JOIN source s ON s.source_id = a.source_id
LEFT JOIN place pl ON pl.place_id = a.place_id
LEFT JOIN account_person ap ON ap.account_id = a.account_id
LEFT JOIN person p ON p.person_id = ap.person_id
LEFT JOIN team_member t ON t.person_id = ap.person_id
LEFT JOIN affiliation af ON af.person_id = ap.person_id AND a.happened_at::DATE >= af.from_day AND a.happened_at::DATE < af.to_day
LEFT JOIN organization o ON o.organization_id = af.organization_id;

-- One row a conversation: who opened it (the columns that filters look at are the opener's), and the first answer by
-- another human. Bots do not answer (CHAOSS, Time to First Response). Of several activities at one instant (sources that
-- tell only the day) the one that is no reply opens, then the one without a parent.
-- What a mention opened elsewhere is no conversation of ours.
CREATE OR REPLACE VIEW thread_people_now AS
WITH opening AS (
  SELECT thread_id, arg_min(activity_id, (happened_at, kind IN ('reply', 'answer', 'comment', 'review'), parent_id IS NOT NULL, activity_id)) AS opening_id
  FROM activity_people WHERE thread_id IS NOT NULL AND kind NOT IN ('reaction', 'role') GROUP BY thread_id
), opened AS (
  SELECT t.thread_id, t.title, t.url, t.answered_at, o.opening_id, a.* EXCLUDE (thread_id, parent_id, amount, role)
  FROM thread t JOIN opening o USING (thread_id) JOIN activity_people a ON a.activity_id = o.opening_id
  WHERE a.kind <> 'mention'
), response AS (
  SELECT r.thread_id, r.activity_id, r.happened_at, r.person, r.person_id, r.is_team
  FROM activity_people r JOIN opened o USING (thread_id)
  WHERE r.kind IN ('reply', 'answer', 'comment', 'review', 'mail', 'message') AND r.person_kind = 'human'
    AND r.activity_id <> o.opening_id AND r.person_id IS DISTINCT FROM o.person_id AND r.happened_at >= o.happened_at
), first_response AS (
  SELECT thread_id, count(*) AS responses, arg_min(activity_id, (happened_at, activity_id)) AS first_response_id,
         min(happened_at) AS first_response_at, arg_min(person, (happened_at, activity_id)) AS first_response_by,
         arg_min(is_team, (happened_at, activity_id)) AS first_response_by_team
  FROM response GROUP BY thread_id
)
SELECT o.thread_id, o.title, o.url, o.happened_at AS opened_at, o.day, o.opening_id, o.kind, o.source_id, o.source, o.connector, o.place_id, o.place,
       o.person_id, o.person, o.person_kind, o.is_team, o.organization_id, o.organization, o.answered_at,
       coalesce(f.responses, 0) AS responses, f.first_response_id, f.first_response_at, f.first_response_by, f.first_response_by_team
FROM opened o LEFT JOIN first_response f USING (thread_id);
