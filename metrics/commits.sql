-- title:    Commits
-- question: How much code work went in?
-- unit:     commits
-- shape:    count
-- better:   neither
-- who:      humans
-- reads:    activity_people
-- caveat:   All refs count, merges too, dated by their author. Squashing, bots and generated code change this number more than effort does.
-- origin:   CHAOSS, Code Changes Commits
SELECT date_trunc($grain, day)::DATE AS bucket, 'all' AS segment, sum(amount) AS value, count(*) AS n, list(activity_id) AS evidence
FROM activity_people
WHERE day >= $from AND day < $to AND kind = 'commit'
GROUP BY bucket
