-- title:    Time to first response
-- question: How long does somebody wait until another human replies?
-- unit:     hours (median)
-- shape:    median
-- better:   down
-- who:      community
-- reads:    thread_people
-- caveat:   Threads that nobody has answered yet are left out, so the newest buckets look too fast; read it beside the share answered.
-- origin:   CHAOSS, Time to First Response
SELECT date_trunc($grain, day)::DATE AS bucket, 'all' AS segment, median(epoch(first_response_at) - epoch(opened_at)) / 3600 AS value,
       count(*) AS n, list(first_response_id) AS evidence
FROM thread_people
WHERE day >= $from AND day < $to AND first_response_at IS NOT NULL
GROUP BY bucket
