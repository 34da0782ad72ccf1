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
), bucket AS (
  SELECT b::DATE AS bucket, (CASE $grain WHEN 'day' THEN b + INTERVAL 1 DAY WHEN 'week' THEN b + INTERVAL 7 DAY
                             WHEN 'month' THEN b + INTERVAL 1 MONTH WHEN 'quarter' THEN b + INTERVAL 3 MONTH ELSE b + INTERVAL 1 YEAR END)::DATE AS ends
  FROM (SELECT DISTINCT date_trunc($grain, day) AS b FROM seen WHERE day >= $from AND day < $to)
), month_of AS (
  SELECT b.bucket, count(*) / 30.0 AS daily, count(DISTINCT s.person_id) AS monthly, min(b.ends) AS ends
  FROM bucket b JOIN seen s ON s.day >= b.ends - 30 AND s.day < b.ends
  GROUP BY b.bucket
)
SELECT m.bucket, 'all' AS segment, any_value(m.daily / m.monthly) AS value, any_value(m.monthly) AS n, list(a.activity_id) AS evidence
FROM month_of m JOIN activity_people a ON a.day >= m.ends - 30 AND a.day < m.ends AND a.person_id IS NOT NULL
GROUP BY m.bucket
