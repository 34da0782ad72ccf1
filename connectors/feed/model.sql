-- Items -> posts (or mentions, or releases: `feed_kind`, set by the connector), feeds -> places. A record is an item with the address
-- of its feed, or what a feed says of itself ("feed <address>"). XML stands there as {"title": [{"#": text, "@type": …}], …}.

CREATE OR REPLACE TEMP MACRO feed_value(node) AS nullif(trim(node->0->>'#'), '');
-- Titles and summaries: HTML, unless the feed says that it is plain text (Atom's default for titles, as for all its text).
CREATE OR REPLACE TEMP MACRO feed_text(node, format) AS
  CASE WHEN format = 'atom' AND coalesce(node->0->>'@type', 'text') IN ('text', 'text/plain') AND (node->0->>'@mode') IS NULL THEN feed_value(node)
       ELSE nullif(html_text(feed_value(node)), '') END;

-- What feeds say of themselves: few, so all of them each time.
CREATE OR REPLACE TEMP TABLE feed_about AS
WITH said AS (
  SELECT (json->>'feed') AS feed, (json->>'format') AS format, json->'about' AS about FROM raw_record
  WHERE source_id = stable_id('source/' || getvariable('source_name')) AND starts_with(record_id, 'feed ') AND json_exists(json, '$.about') AND NOT gone
)
SELECT feed, coalesce(CASE WHEN format = 'json' THEN (about->>'title') ELSE feed_text(about->'title', format) END, feed) AS title,
       CASE WHEN format = 'json' THEN (about->>'home_page_url')
            WHEN format = 'atom' THEN (list_filter(from_json(about->'link', '["JSON"]'), l -> coalesce(l->>'@rel', 'alternate') = 'alternate')[1])->>'@href'
            ELSE feed_value(about->'link') END AS link,
       CASE WHEN format = 'atom' THEN about->'author' WHEN format = 'json' THEN coalesce(about->'authors', json_array(about->'author')) END AS author,
       coalesce(feed_value(about->'itunes:author'), feed_value(about->'dc:creator')) AS author_name
FROM said;

CREATE OR REPLACE TEMP TABLE feed_item AS
WITH item AS (
  SELECT record_id, (json->>'feed') AS feed, (json->>'format') AS format, json->'item' AS i FROM changed WHERE json_exists(json, '$.item')
), word AS (
  SELECT record_id, feed, format, i,
    CASE format WHEN 'json' THEN (i->>'title') ELSE coalesce(feed_text(i->'title', format), feed_text(i->'media:title', format), feed_value(i->'itunes:title')) END AS title,
    CASE format WHEN 'json' THEN coalesce(nullif(html_text(i->>'content_html'), ''), (i->>'content_text'), (i->>'summary'))
         ELSE coalesce(feed_text(i->'content:encoded', 'rss'), feed_text(i->'content', format), feed_text(i->'description', format), feed_text(i->'summary', format),
                       feed_text(i->'itunes:summary', 'rss'), feed_text(i->'media:group'->0->'media:description', 'rss'), feed_text(i->'media:description', 'rss')) END AS text,
    CASE format WHEN 'json' THEN coalesce(i->>'url', (i->>'external_url'))
         WHEN 'atom' THEN coalesce(feed_value(i->'feedburner:origLink'),
           (list_filter(from_json(i->'link', '["JSON"]'), l -> coalesce(l->>'@rel', 'alternate') = 'alternate')[1])->>'@href', (i->'link'->0->>'@href'))
         ELSE coalesce(feed_value(i->'feedburner:origLink'), feed_value(i->'link'), (i->'link'->0->>'@href'),
           CASE WHEN coalesce(i->'guid'->0->>'@isPermaLink', 'true') <> 'false' THEN feed_value(i->'guid') END, (i->>'@rdf:about')) END AS url,
    CASE format WHEN 'json' THEN coalesce(i->>'date_published', (i->>'date_modified'))
         ELSE coalesce(feed_value(i->'published'), feed_value(i->'pubDate'), feed_value(i->'issued'), feed_value(i->'dc:date'), feed_value(i->'dcterms:created'),
                       feed_value(i->'created'), feed_value(i->'updated'), feed_value(i->'modified'), feed_value(i->'dcterms:modified'), feed_value(i->'pubdate')) END AS stated,
    CASE format WHEN 'json' THEN (i->'attachments'->0->>'mime_type')
         ELSE coalesce(i->'enclosure'->0->>'@type', (list_filter(from_json(i->'link', '["JSON"]'), l -> (l->>'@rel') = 'enclosure')[1])->>'@type') END AS enclosure,
    CASE format WHEN 'json' THEN (i->'attachments'->0->>'duration_in_seconds') ELSE feed_value(i->'itunes:duration') END AS duration,
    CASE format WHEN 'json' THEN i->'tags'
         ELSE to_json(list_filter([coalesce(c->>'@term', (c->>'#')) FOR c IN coalesce(from_json(i->'category', '["JSON"]'), from_json(i->'dc:subject', '["JSON"]'))], t -> t IS NOT NULL)) END AS tags
  FROM item
), cleaned AS (
  -- "Mon, 04 Mar 2024 09:00 EST" -> "04 Mar 2024 09:00 -0500"; the day of the week says nothing new and is often wrong.
  SELECT *, regexp_replace(regexp_replace(regexp_replace(trim(stated), '^[A-Za-z]{3,9}\.?,?\s+(\d)', '\1'), '\s*\(.*\)$', ''), '\s+', ' ', 'g') AS t FROM word
), zoned AS (
  SELECT *, CASE WHEN regexp_matches(t, ' (EST|CDT)$') THEN t[:-4] || '-0500' WHEN regexp_matches(t, ' EDT$') THEN t[:-4] || '-0400'
                 WHEN regexp_matches(t, ' (CST|MDT)$') THEN t[:-4] || '-0600' WHEN regexp_matches(t, ' (MST|PDT)$') THEN t[:-4] || '-0700'
                 WHEN regexp_matches(t, ' PST$') THEN t[:-4] || '-0800' WHEN regexp_matches(t, ' (BST|CET|MEZ)$') THEN t[:-4] || '+0100'
                 WHEN regexp_matches(t, ' (CEST|MESZ)$') THEN t[:-5] || '+0200' ELSE regexp_replace(t, ' (GMT|UTC|UT|Z)$', ' +0000') END AS z
  FROM (SELECT * REPLACE (regexp_replace(CASE WHEN regexp_matches(t, '^\d{1,2} [A-Za-z]+ [7-9]\d ') THEN regexp_replace(t, '^(\d{1,2} [A-Za-z]+) ', '\1 19')
                                            ELSE regexp_replace(t, '^(\d{1,2} [A-Za-z]+) (\d\d) ', '\1 20\2 ') END,
                                       '^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)([Zz+-]|$)', '\1:00\2') AS t) FROM cleaned)
)
SELECT zoned.* EXCLUDE (t, z, url), link,
       CASE WHEN regexp_matches(url, '^https?://') THEN url
            WHEN url[1] = '/' AND url[2] <> '/' THEN nullif(regexp_extract(link, '^https?://[^/?#]+'), '') || url END AS url,
       coalesce(TRY_CAST(CASE WHEN regexp_matches(z, '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d') THEN regexp_replace(z, ' ?([+-]\d\d):?(\d\d)$', '\1:\2') END AS TIMESTAMPTZ),
                TRY_CAST(CASE WHEN regexp_full_match(z, '\d{4}-\d\d-\d\d') THEN z END AS TIMESTAMPTZ),
                TRY_CAST(CASE WHEN regexp_full_match(z, '\d{4}-\d\d') THEN z || '-01' END AS TIMESTAMPTZ),
                try_strptime(z, ['%d %b %Y %H:%M:%S %z', '%d %b %Y %H:%M %z', '%d %B %Y %H:%M:%S %z', '%b %d, %Y %H:%M:%S %z'])::TIMESTAMPTZ,
                timezone('UTC', try_strptime(z, ['%d %b %Y %H:%M:%S', '%d %b %Y %H:%M', '%d %b %Y', '%d %B %Y', '%b %d, %Y', '%B %d, %Y',
                                                 '%b %d %H:%M:%S %Y', '%Y/%m/%d', '%m/%d/%Y %H:%M:%S']))) AS happened_at,
       feed_about.author AS feed_author, feed_about.author_name AS feed_author_name
FROM zoned LEFT JOIN feed_about USING (feed);

-- Who wrote it. RSS has "ana@example.org (Ana Lima)", "Ana Lima <ana@example.org>" or just a name; Atom and JSON Feed have parts.
CREATE OR REPLACE TEMP TABLE feed_author AS
WITH stated AS (
  SELECT record_id, feed, format, unnest(from_json(CASE WHEN format = 'json' THEN coalesce(i->'authors', json_array(i->'author')) ELSE i->'author' END, '["JSON"]')) AS a,
         generate_subscripts(from_json(CASE WHEN format = 'json' THEN coalesce(i->'authors', json_array(i->'author')) ELSE i->'author' END, '["JSON"]'), 1) AS n
  FROM feed_item
), creator AS (
  SELECT record_id, feed, unnest(from_json(i->'dc:creator', '["JSON"]')) AS a, generate_subscripts(from_json(i->'dc:creator', '["JSON"]'), 1) AS n FROM feed_item
), piece AS (
  SELECT record_id, feed, n, 1 AS rank, CASE format WHEN 'json' THEN (a->>'name') ELSE coalesce(feed_value(a->'name'), (a->>'#')) END AS said,
         lower(feed_value(a->'email')) AS email, CASE format WHEN 'json' THEN (a->>'url') ELSE coalesce(feed_value(a->'uri'), feed_value(a->'url')) END AS uri
  FROM stated
  UNION ALL BY NAME SELECT record_id, feed, n, 2 AS rank, (a->>'#') AS said FROM creator
  UNION ALL BY NAME SELECT record_id, feed, 1 AS n, 3 AS rank, feed_value(i->'itunes:author') AS said FROM feed_item
  UNION ALL BY NAME
  SELECT record_id, feed, 1 AS n, 4 AS rank,
         CASE format WHEN 'json' THEN (feed_author->0->>'name') WHEN 'atom' THEN coalesce(feed_value(feed_author->0->'name'), (feed_author->0->>'#')) ELSE feed_author_name END AS said,
         lower(feed_value(feed_author->0->'email')) AS email
  FROM feed_item
), split AS (
  SELECT record_id, feed, n, rank, uri,
         coalesce(email, lower(nullif(regexp_extract(said, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}'), ''))) AS email,
         nullif(trim(html_text(CASE WHEN regexp_matches(said, '^\s*\S+@\S+\s*\(.*\)\s*$') THEN regexp_extract(said, '\((.*)\)', 1)
                                    WHEN regexp_matches(said, '<[^<>]*@[^<>]*>') THEN regexp_replace(said, '<[^<>]*>', '')
                                    WHEN regexp_full_match(said, '\s*\S+@\S+\s*') THEN '' ELSE said END), ' "' || chr(10)), '') AS name
  FROM piece
)
SELECT record_id, feed, coalesce(nullif(lower(name), '') || ' in ' || feed, email) AS account_key, name, uri,
       CASE WHEN NOT regexp_matches(email, '^(no-?reply|do-?not-?reply|nobody)@') THEN email END AS email,
       row_number() OVER (PARTITION BY record_id ORDER BY n, account_key) AS n
FROM split WHERE coalesce(name, email) IS NOT NULL
QUALIFY rank = min(rank) OVER (PARTITION BY record_id) AND row_number() OVER (PARTITION BY record_id, account_key ORDER BY n) = 1;

INSERT INTO out_place BY NAME
SELECT feed AS key, 'feed' AS kind, title AS name, CASE WHEN regexp_matches(link, '^https?://') THEN link WHEN regexp_matches(feed, '^https?://') THEN feed END AS url
FROM feed_about;

INSERT INTO out_account BY NAME
SELECT account_key AS key, 'feed' AS platform, arg_max(author.name, happened_at) AS name, arg_max(email, happened_at) AS email, max(happened_at) AS seen_at
FROM feed_author author JOIN feed_item USING (record_id) WHERE happened_at IS NOT NULL GROUP BY account_key;

INSERT INTO out_activity BY NAME
SELECT 'items' AS stream, item.record_id, item.record_id AS key, getvariable('feed_kind') AS kind, item.feed AS place_key, account_key, happened_at,
       title, text, url,
       nullif(json_merge_patch('{}', json_object('tags', CASE WHEN json_array_length(tags) > 0 THEN tags END, 'enclosure', enclosure, 'duration', duration)), '{}') AS attributes
FROM feed_item item LEFT JOIN feed_author author ON author.record_id = item.record_id AND author.n = 1
WHERE happened_at IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT 'items' AS stream, record_id, record_id || '/author/' || account_key AS key, 'role' AS kind, item.feed AS place_key, record_id AS parent_key, account_key,
       happened_at, json_object('role', 'co-author') AS attributes
FROM feed_item item JOIN feed_author author USING (record_id) WHERE n > 1 AND happened_at IS NOT NULL;

INSERT INTO out_rejected BY NAME
SELECT 'items' AS stream, record_id, CASE WHEN stated IS NULL THEN 'the item has no date' ELSE 'the date "' || left(stated, 60) || '" cannot be read' END AS reason,
       coalesce(title, left(text, 300)) AS excerpt
FROM feed_item WHERE happened_at IS NULL;

DROP TABLE feed_author; DROP TABLE feed_item; DROP TABLE feed_about;
