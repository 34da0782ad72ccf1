-- title:    Active people
-- question: How many people did something here?
-- unit:     people
-- shape:    count
-- better:   up
-- who:      community
-- reads:    activity_people
-- caveat:   People who only read leave no trace and are not counted. Accounts that nobody linked count twice.
-- origin:   CHAOSS, Contributors
SELECT date_trunc($grain, day)::DATE AS bucket, 'all' AS segment, count(DISTINCT person_id) AS value, count(*) AS n,
       list(activity_id) AS evidence
FROM activity_people
WHERE day >= $from AND day < $to AND person_id IS NOT NULL
GROUP BY bucket
