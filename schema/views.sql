-- What metrics read. Replaced as a whole whenever the database is opened to write.

-- One row an activity, with who did it, for whom on that day, and where. `person_id` is NULL where the source
-- does not say who (counts of downloads, likes without names).
CREATE OR REPLACE VIEW activity_people AS
SELECT a.activity_id, a.kind, a.happened_at, a.amount, a.thread_id, a.parent_id, a.account_id, a.title, a.url,
       a.attributes,
       a.source_id, s.name AS source, s.connector, a.place_id, pl.name AS place,
       ap.person_id, p.name AS person, p.kind AS person_kind,
       t.person_id IS NOT NULL AS is_team,
       af.organization_id, o.name AS organization
FROM activity a
JOIN source s ON s.source_id = a.source_id
LEFT JOIN place pl ON pl.place_id = a.place_id
LEFT JOIN account_person ap ON ap.account_id = a.account_id
LEFT JOIN person p ON p.person_id = ap.person_id
LEFT JOIN team_member t ON t.person_id = ap.person_id
LEFT JOIN affiliation af ON af.person_id = ap.person_id AND a.happened_at >= af.from_day AND a.happened_at < af.to_day
LEFT JOIN organization o ON o.organization_id = af.organization_id;
