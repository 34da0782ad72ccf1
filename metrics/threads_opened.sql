-- title:    Threads opened
-- question: How many conversations did people begin?
-- unit:     threads
-- shape:    count
-- better:   neither
-- who:      community
-- reads:    thread_people
-- caveat:   More threads can mean more interest or worse documentation; read it beside the share answered.
-- origin:   CHAOSS, Issues New, for every kind of thread
SELECT date_trunc($grain, day)::DATE AS bucket, 'all' AS segment, count(*) AS value, count(*) AS n, list(opening_id) AS evidence
FROM thread_people
WHERE day >= $from AND day < $to
GROUP BY bucket
