-- title:    Contributor absence factor
-- question: How few people do half of the work?
-- unit:     people
-- shape:    median
-- better:   up
-- who:      humans
-- reads:    activity_people
-- caveat:   A commit counts as much as any other commit, a reply as any other reply. In a short window chance decides.
-- origin:   CHAOSS, Contributor Absence Factor (the smallest number of people who make 50 % of contributions)
WITH share AS (
  SELECT date_trunc($grain, day)::DATE AS bucket,
         CASE WHEN kind IN ('commit', 'change_request', 'review') THEN 'code' ELSE 'conversation' END AS segment,
         person_id, count(*) AS contributions, list(activity_id) AS activities
  FROM activity_people
  WHERE day >= $from AND day < $to AND person_id IS NOT NULL
    AND kind IN ('commit', 'change_request', 'review', 'issue', 'comment', 'topic', 'reply', 'question', 'answer', 'mail', 'message')
  GROUP BY ALL
), ranked AS (
  SELECT bucket, segment, activities, contributions,
         sum(contributions) OVER (PARTITION BY bucket, segment) AS total,
         sum(contributions) OVER (PARTITION BY bucket, segment ORDER BY contributions DESC, person_id) - contributions AS before
  FROM share
)
SELECT bucket, segment, count(*) AS value, any_value(total) AS n, flatten(list(activities)) AS evidence
FROM ranked WHERE before * 2 < total
GROUP BY bucket, segment
