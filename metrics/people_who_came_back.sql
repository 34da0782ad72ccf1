-- title:    People who came back
-- question: How many people did something again after at least 90 days of silence?
-- unit:     people
-- shape:    count
-- better:   up
-- who:      community
-- reads:    activity_people
-- caveat:   Nobody can come back in the first 90 days of the data. Silence here may have been activity elsewhere.
-- origin:   Rapport; 90 days is the usual limit for an inactive contributor (CHAOSS, Inactive Contributors)
WITH step AS (
  SELECT person_id, activity_id, day, lag(day) OVER (PARTITION BY person_id ORDER BY happened_at, activity_id) AS day_before
  FROM activity_people
  WHERE day < $to AND person_id IN (SELECT person_id FROM activity_people WHERE day >= $from AND day < $to)
)
SELECT date_trunc($grain, day)::DATE AS bucket, 'all' AS segment, count(DISTINCT person_id) AS value, count(*) AS n, list(activity_id) AS evidence
FROM step WHERE day - day_before >= 90 AND day >= $from AND day < $to
GROUP BY bucket
