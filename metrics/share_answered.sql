-- title:    Share of threads answered
-- question: Of the threads opened in this time, how many got a reply by another human?
-- unit:     share of threads
-- shape:    share
-- better:   up
-- who:      community
-- reads:    thread_people
-- caveat:   A reply is not always an answer. The newest threads have had less time to get one, so the last bucket looks too low.
-- origin:   CHAOSS, Time to First Response (whether there was one)
SELECT date_trunc($grain, day)::DATE AS bucket, 'all' AS segment, avg((responses > 0)::INTEGER) AS value, count(*) AS n,
       list(opening_id) AS evidence
FROM thread_people
WHERE day >= $from AND day < $to
GROUP BY bucket
