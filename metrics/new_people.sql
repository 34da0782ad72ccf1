-- title:    New people
-- question: How many people were seen here for the first time?
-- unit:     people
-- shape:    count
-- better:   up
-- who:      community
-- reads:    activity_people
-- caveat:   First seen means first in the data at hand and within the filters: the earliest buckets call everybody new.
-- origin:   CHAOSS, New Contributors
WITH first_seen AS (
  SELECT person_id, min(day) AS day, arg_min(activity_id, (happened_at, activity_id)) AS activity_id
  FROM activity_people WHERE person_id IS NOT NULL GROUP BY person_id
)
SELECT date_trunc($grain, day)::DATE AS bucket, 'all' AS segment, count(*) AS value, count(*) AS n, list(activity_id) AS evidence
FROM first_seen WHERE day >= $from AND day < $to
GROUP BY bucket
