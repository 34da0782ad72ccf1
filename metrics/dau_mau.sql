-- title:    Stickiness (DAU/MAU)
-- question: How often does somebody who comes in a month come on a given day?
-- unit:     share of people
-- shape:    share
-- better:   up
-- who:      community
-- reads:    activity_people
-- caveat:   Measured over the 30 days before the end of each bucket. Counts people who do something, not people who visit.
-- origin:   mean daily active people divided by people active in 30 days
WITH seen AS (
  SELECT person_id, day, list(activity_id) AS activities
  FROM activity_people WHERE person_id IS NOT NULL AND day >= $from - 31 AND day < $to + 31
  GROUP BY person_id, day
), grain AS (
  SELECT CASE $grain WHEN 'day' THEN INTERVAL 1 DAY WHEN 'week' THEN INTERVAL 7 DAY WHEN 'month' THEN INTERVAL 1 MONTH
                     WHEN 'quarter' THEN INTERVAL 3 MONTH ELSE INTERVAL 1 YEAR END AS length
), bucket AS (
  SELECT b::DATE AS bucket, (b + length)::DATE AS ends
  FROM (SELECT unnest(range($from::DATE::TIMESTAMP, $to::DATE::TIMESTAMP, length)) AS b, length FROM grain)
)
SELECT b.bucket, 'all' AS segment, count(*) / 30.0 / count(DISTINCT s.person_id) AS value, count(DISTINCT s.person_id) AS n,
       flatten(list(s.activities)) AS evidence
FROM bucket b JOIN seen s ON s.day >= b.ends - 30 AND s.day < b.ends
GROUP BY b.bucket
