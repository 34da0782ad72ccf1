#!/usr/bin/env python3
"""by_hand.py WHAT PATH…: reads bulk data the way one would write it in an hour with Python; prints how much it read.

mailbox        mbox files, by the module of that name: every header and payload
accesslog      lines of the combined format, by a regular expression
stackexchange  files of a data dump, by xml.etree's iterparse
gharchive      hours of GH Archive, by DuckDB on one thread into a table of the columns that Rapport keeps
"""
import re
import sys

USER = '"user" STRUCT(login VARCHAR, "type" VARCHAR)'
SUBJECT = "number BIGINT, title VARCHAR, body VARCHAR, created_at TIMESTAMP, html_url VARCHAR, " + USER
ITEM = "id BIGINT, body VARCHAR, html_url VARCHAR, " + USER
PAYLOAD = {
    "action": "VARCHAR", "number": "BIGINT", "ref": "VARCHAR", "ref_type": "VARCHAR", "distinct_size": "BIGINT",
    "pull_request": f"STRUCT({SUBJECT}, merged BOOLEAN)", "issue": f"STRUCT({SUBJECT}, pull_request JSON)",
    "comment": f"STRUCT({ITEM}, path VARCHAR, commit_id VARCHAR)", "review": f"STRUCT({ITEM}, state VARCHAR)",
    "release": f"STRUCT({ITEM}, name VARCHAR, tag_name VARCHAR)", "forkee": "STRUCT(full_name VARCHAR, html_url VARCHAR)",
    "member": "STRUCT(login VARCHAR)", "pages": "STRUCT(title VARCHAR, html_url VARCHAR, action VARCHAR)[]",
    "commits": 'STRUCT(sha VARCHAR, message VARCHAR, "distinct" BOOLEAN, author STRUCT(name VARCHAR, email VARCHAR))[]'}
COLUMNS = {"id": "VARCHAR", "type": "VARCHAR", "created_at": "TIMESTAMP", "actor": "STRUCT(login VARCHAR)", "repo": "STRUCT(name VARCHAR)",
           "payload": "STRUCT(" + ", ".join(f'"{name}" {kind}' for name, kind in PAYLOAD.items()) + ")"}
SELECT = """
CREATE TABLE event AS SELECT id, type, created_at, actor.login AS actor, repo.name AS repository,
  coalesce(payload.action, payload.pages[1].action) AS action, coalesce(subject.number, payload.number) AS number,
  payload.pull_request IS NOT NULL OR payload.issue.pull_request IS NOT NULL AS is_change, subject.title AS subject_title,
  CASE WHEN type IN ('IssuesEvent', 'PullRequestEvent') THEN subject.body END AS subject_text, subject."user".login AS subject_by,
  subject.created_at AS subject_at, item.id AS item, coalesce(payload.release.name, payload.pages[1].title, payload.comment.path) AS title,
  item.body AS text, coalesce(item.html_url, payload.pages[1].html_url, payload.forkee.html_url, subject.html_url) AS url,
  coalesce(payload.ref, payload.forkee.full_name, payload.comment.commit_id, payload.release.tag_name) AS ref,
  coalesce(payload.review.state, payload.ref_type, payload.member.login) AS detail, coalesce(payload.distinct_size, len(payload.pages)) AS amount,
  list_filter(payload.commits, lambda c: c."distinct") AS commits
FROM (SELECT *,
  {number: coalesce(payload.pull_request.number, payload.issue.number), title: coalesce(payload.pull_request.title, payload.issue.title),
   body: coalesce(payload.pull_request.body, payload.issue.body), created_at: coalesce(payload.pull_request.created_at, payload.issue.created_at),
   html_url: coalesce(payload.pull_request.html_url, payload.issue.html_url), "user": coalesce(payload.pull_request."user", payload.issue."user")} AS subject,
  {id: coalesce(payload.comment.id, payload.review.id, payload.release.id), body: coalesce(payload.comment.body, payload.review.body, payload.release.body),
   html_url: coalesce(payload.comment.html_url, payload.review.html_url, payload.release.html_url)} AS item
  FROM read_json($paths, format = 'newline_delimited', columns = $columns))"""

COMBINED = re.compile(r'(?P<host>\S+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<method>\S+) (?P<target>\S+)(?: (?P<protocol>[^"]*))?" (?P<status>\d{3}) (?P<size>\S+)'
                      r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?')


def mailbox(paths):
    import mailbox as module
    count = 0
    for path in paths:
        for message in module.mbox(path, create=False):
            message.items()
            message.get_payload()
            count += 1
    return count


def accesslog(paths):
    count = 0
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                found = COMBINED.match(line)
                count += found is not None and bool(found.groups())
    return count


def stackexchange(paths):
    import xml.etree.ElementTree as xml
    count = 0
    for path in paths:
        for _, element in xml.iterparse(path):
            if element.tag == "row":
                count += bool(dict(element.attrib))
                element.clear()
    return count


def gharchive(paths):
    import duckdb
    database = duckdb.connect(config={"threads": 1})
    columns = "{" + ", ".join("'%s': '%s'" % item for item in COLUMNS.items()) + "}"
    database.execute(SELECT.replace("$columns", columns).replace("$paths", "[" + ", ".join("'%s'" % path.replace("'", "''") for path in paths) + "]"))
    return database.execute("SELECT count(*) FROM event").fetchone()[0]


if __name__ == "__main__":
    print({"mailbox": mailbox, "accesslog": accesslog, "stackexchange": stackexchange, "gharchive": gharchive}[sys.argv[1]](sys.argv[2:]))
