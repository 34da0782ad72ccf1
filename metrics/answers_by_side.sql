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
  SELECT date_trunc($grain, day)::DATE AS bucket, first_response_id, first_response_by_team AS by_team
  FROM thread_people WHERE day >= $from AND day < $to AND first_response_id IS NOT NULL
)
SELECT bucket, segment, avg((by_team = is_team)::INTEGER) AS value, count(*) AS n,
       list(first_response_id) FILTER (by_team = is_team) AS evidence
FROM answered CROSS JOIN (VALUES ('team', true), ('community', false)) AS side(segment, is_team)
GROUP BY bucket, segment
