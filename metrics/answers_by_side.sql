-- title:    Who answers: team or community
-- question: Of the first replies that people got, what share came from the team and what share from the community?
-- unit:     share of threads answered
-- shape:    share
-- better:   neither
-- who:      community
-- reads:    thread_people
-- caveat:   Without a team in rapport.toml everybody is community. Only the first reply counts, not the best one.
-- origin:   Orbit, which leaves teammates out of community figures
WITH answered AS (
  SELECT date_trunc($grain, day)::DATE AS bucket, first_response_id, CASE WHEN first_response_by_team THEN 'team' ELSE 'community' END AS segment
  FROM thread_people WHERE day >= $from AND day < $to AND first_response_id IS NOT NULL
)
SELECT bucket, segment, count(*) / sum(count(*)) OVER (PARTITION BY bucket) AS value, sum(count(*)) OVER (PARTITION BY bucket) AS n,
       list(first_response_id) AS evidence
FROM answered
GROUP BY bucket, segment
