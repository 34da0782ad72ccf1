-- title:    Activities by kind
-- question: What do people do here?
-- unit:     activities
-- shape:    count
-- better:   neither
-- who:      community
-- reads:    activity_people
-- caveat:   Counts say nothing of worth: one design review may outweigh a thousand reactions. Roles on commits are left out.
-- origin:   CHAOSS, Types of Contributions
SELECT date_trunc($grain, day)::DATE AS bucket, kind AS segment, sum(amount) AS value, count(*) AS n, list(activity_id) AS evidence
FROM activity_people
WHERE day >= $from AND day < $to AND kind <> 'role'
GROUP BY bucket, kind
