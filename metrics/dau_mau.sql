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
  SELECT DISTINCT person_id, day FROM activity_people WHERE person_id IS NOT NULL
), grain AS (
  SELECT CASE $grain WHEN 'day' THEN INTERVAL 1 DAY WHEN 'week' THEN INTERVAL 7 DAY WHEN 'month' THEN INTERVAL 1 MONTH
                     WHEN 'quarter' THEN INTERVAL 3 MONTH ELSE INTERVAL 1 YEAR END AS length
), bucket AS (
  SELECT b::DATE AS bucket, (b + length)::DATE AS ends
  FROM (SELECT unnest(range($from::DATE::TIMESTAMP, $to::DATE::TIMESTAMP, length)) AS b, length FROM grain)
), month_of AS (
  SELECT b.bucket, count(*) / 30.0 AS daily, count(DISTINCT s.person_id) AS monthly, min(b.ends) AS ends
  FROM bucket b JOIN seen s ON s.day >= b.ends - 30 AND s.day < b.ends
  GROUP BY b.bucket
)
SELECT m.bucket, 'all' AS segment, any_value(m.daily / m.monthly) AS value, any_value(m.monthly) AS n, list(a.activity_id) AS evidence
FROM month_of m JOIN activity_people a ON a.day >= m.ends - 30 AND a.day < m.ends AND a.person_id IS NOT NULL
GROUP BY m.bucket
