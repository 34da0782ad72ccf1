-- title:    Organizations active
-- question: From how many organizations do people come?
-- unit:     organizations
-- shape:    count
-- better:   up
-- who:      community
-- reads:    activity_people
-- caveat:   Known by the domain of an e-mail address; people with free mail and sources without addresses are not seen.
-- origin:   CHAOSS, Organizational Diversity
SELECT date_trunc($grain, day)::DATE AS bucket, 'all' AS segment, count(DISTINCT organization_id) AS value, count(*) AS n,
       list(activity_id) AS evidence
FROM activity_people
WHERE day >= $from AND day < $to AND organization_id IS NOT NULL
GROUP BY bucket
