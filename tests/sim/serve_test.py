#!/usr/bin/env python3
"""Serves a simulation and asks it over HTTP: paging, ETag, rate limit, each fault; then collects the forum through the
real connector while lists shift and answers break, and compares with truth. Ends with "N passed, N failed"."""
import collections
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from email.utils import parsedate_to_datetime

from community import RAPPORT, Served, check, ended, rows


def apis(served, count):
    seen, page, more = [], 0, True
    while more:
        listing = served.json(f"/forum/latest.json?order=activity&page={page}")["topic_list"]
        seen += listing["topics"]
        more, page = "more_topics_url" in listing, page + 1
    threads = sum(n for (where, what), n in count.items() if where == "discourse" and what.startswith("thread/"))
    check("topics over all pages", (len(seen), len({t["id"] for t in seen})), (threads, threads))
    check("topics by last activity", [t["bumped_at"] for t in seen], sorted((t["bumped_at"] for t in seen), reverse=True))
    topic = served.json(f"/forum/t/{seen[0]['id']}.json")
    check("a topic's posts", len(topic["post_stream"]["stream"]), topic["posts_count"])
    some = topic["post_stream"]["stream"][-1]
    check("a post by id", [p["id"] for p in served.json(f"/forum/t/{topic['id']}/posts.json?post_ids[]={some}")["post_stream"]["posts"]], [some])
    check("no such topic", served.ask("/forum/t/999999.json")[0].status, 404)
    before = int(served.ask("/_requests")[1])
    served.ask("/forum/latest.json")
    check("requests are counted, the question about them is not", int(served.ask("/_requests")[1]) - before, 1)

    messages = 0
    for channel in served.json("/slack/api/conversations.list")["channels"]:
        cursor = ""
        while True:
            day = served.json(f"/slack/api/conversations.history?channel={channel['id']}&cursor={cursor}")
            for message in day["messages"]:
                replies = served.json(f"/slack/api/conversations.replies?channel={channel['id']}&ts={message['ts']}")["messages"] if "thread_ts" in message else [message]
                messages += len(replies)
            cursor = day["response_metadata"]["next_cursor"]
            if not cursor:
                break
    check("slack messages with replies", messages, count[("slack", "post")])

    answer, body = served.ask("/files/feeds/blog.rss")
    check("a feed's type", answer.headers["Content-Type"], "application/rss+xml; charset=utf-8")
    again, empty = served.ask("/files/feeds/blog.rss", headers={"If-None-Match": answer.headers["ETag"]})
    check("an unchanged feed", (again.status, empty), (304, b""))
    for way_out in ("/files/../../../../etc/passwd", "/files/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/files//etc/passwd"):
        check(f"stays in its folder: {way_out}", served.ask(way_out)[0].status, 404)


def by_link(served, path, headers={}):
    """Every item of a list of GitHub's, over all of its pages."""
    items = []
    while path:
        answer, body = served.ask(path, headers=headers)
        items += json.loads(body)
        found = re.search(r'<http://[^/]+([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        path = found[1] if found else None
    return items


def github_rest(served, out, count):
    of = collections.Counter()
    for repository in (r["name"] for r in served.json("/github/orgs/kelvane/repos")):
        base = f"/github/repos/kelvane/{repository}"
        issues = by_link(served, f"{base}/issues?state=all&sort=updated&direction=asc&per_page=100")
        check(f"{repository}: issues by their last change", [i["updated_at"] for i in issues], sorted(i["updated_at"] for i in issues))
        middle = issues[len(issues) // 2]["updated_at"]
        since = by_link(served, f"{base}/issues?state=all&sort=updated&direction=asc&since={middle}")
        check(f"{repository}: issues since", len(since), sum(i["updated_at"] >= middle for i in issues))
        open_ones = by_link(served, f"{base}/issues?per_page=100")
        check(f"{repository}: open issues", {i["number"] for i in open_ones}, {i["number"] for i in issues if i["state"] == "open"})
        pulls = by_link(served, f"{base}/pulls?state=all&per_page=100")
        check(f"{repository}: issues that are pull requests", sum("pull_request" in i for i in issues), len(pulls))
        about = served.json(base)
        stars = by_link(served, f"{base}/stargazers?per_page=100", {"Accept": "application/vnd.github.star+json"})
        check(f"{repository}: what it says of itself", (about["stargazers_count"], about["open_issues_count"]), (len(stars), len(open_ones)))
        comments = by_link(served, f"{base}/issues/comments?sort=updated&direction=asc&per_page=100")
        of.update({"issues": len(issues) - len(pulls), "pulls": len(pulls), "stars": len(stars), "comments": len(comments), "forks": len(by_link(served, f"{base}/forks")),
                   "releases": len(by_link(served, f"{base}/releases")), "merged": sum(e["event"] == "merged" for e in by_link(served, f"{base}/issues/events?per_page=100"))})
        for pull in pulls[:40]:
            reviews = by_link(served, f"{base}/pulls/{pull['number']}/reviews")
            written = [r for path in sorted(os.listdir(f"{out}/github/{repository}")) if path.startswith("reviews.") for r in json.load(open(f"{out}/github/{repository}/{path}"))]
            check(f"{repository}: reviews of {pull['number']}", len(reviews), sum(r["pull_request_url"].endswith(f"/{pull['number']}") for r in written))
        some = issues[0]
        check(f"{repository}: comments of one", len(by_link(served, f"{base}/issues/{some['number']}/comments")), some["comments"])
        check(f"{repository}: one alone", served.json(f"{base}/issues/{some['number']}")["title"], some["title"])
    opened = {what[7:]: n for (where, what), n in count.items() if where == "github" and what.startswith("thread/")}
    threads = {t["thread"] for t in rows(f"{out}/truth/threads.csv") if t["platform"] == "github" and t["role"] == "discussion"}
    texts = [t for t in rows(f"{out}/truth/texts.csv") if t["platform"] == "github" and t["role"] != "silent"]
    discussed = sum(t["thread"] in threads for t in texts)
    check("github lists", dict(of), {"issues": opened["question"] + opened["bug"], "pulls": opened["change"], "stars": count["github", "star"], "forks": count["github", "fork"],
                                     "releases": count["github", "release"], "merged": count["github", "merge"],
                                     "comments": len(texts) - discussed - opened["question"] - opened["bug"] - opened["change"] - count["github", "post/review"]})
    check("stars without their dates", "starred_at" in served.json("/github/repos/kelvane/docs/stargazers")[0], False)
    traffic = "/github/repos/kelvane/kelvane/traffic/views"
    check("traffic wants a right", served.ask(traffic)[0].status, 403)
    views = json.loads(served.ask(traffic, headers={"Authorization": "Bearer x"})[1])
    check("traffic of fourteen days", (len(views["views"]), sum(d["count"] for d in views["views"])), (14, views["count"]))
    check("no such repository", served.ask("/github/repos/kelvane/none")[0].status, 404)


def graphql(served, query, **variables):
    answer, body = served.ask("/github/graphql", "POST", {"Authorization": "Bearer x", "Content-Type": "application/json"}, json.dumps({"query": query, "variables": variables}))
    return json.loads(body)


def github_graphql(served, out, count):
    connection = """query($name:String!,$after:String){ rateLimit { remaining cost } repository(owner:"kelvane",name:$name){
      stargazers(first:100,after:$after,orderBy:{field:STARRED_AT,direction:DESC}){ totalCount pageInfo{hasNextPage endCursor} edges{starredAt node{...who}} }}}
      fragment who on User { __typename login databaseId name }"""
    edges = []
    for name in ("kelvane", "docs", "examples"):
        after, more = None, True
        mine = []
        while more:
            stars = graphql(served, connection, name=name, after=after)["data"]["repository"]["stargazers"]
            mine += stars["edges"]
            more, after = stars["pageInfo"]["hasNextPage"], stars["pageInfo"]["endCursor"]
        check(f"{name}: stars by date", [e["starredAt"] for e in mine], sorted((e["starredAt"] for e in mine), reverse=True))
        check(f"{name}: totalCount", len(mine), stars["totalCount"])
        edges += mine
    check("stargazers by cursor", len(edges), count["github", "star"])
    names = {(a["login"], a["name"]) for a in rows(f"{out}/truth/accounts.csv") if a["platform"] == "github"}
    check("names as in truth", sorted({(e["node"]["login"], e["node"]["name"] or "") for e in edges} - names), [])

    found, posts = 0, 0
    for name in ("kelvane", "docs", "examples"):
        answer = graphql(served, """query($name:String!){repository(owner:"kelvane",name:$name){ discussions(first:100){ totalCount nodes{ number author{login ... on User{databaseId}}
          comments(first:100){nodes{id body replies(first:100){totalCount nodes{body createdAt}}}} } }
          pullRequests(first:100){totalCount nodes{number state mergedBy{login} reviews(first:100){totalCount nodes{state}}}} }}""", name=name)
        check(f"{name}: no errors", answer.get("errors"), None)
        discussions = answer["data"]["repository"]["discussions"]
        found += discussions["totalCount"]
        posts += sum(1 + len(d["comments"]["nodes"]) + sum(c["replies"]["totalCount"] for c in d["comments"]["nodes"]) for d in discussions["nodes"])
        pulls = answer["data"]["repository"]["pullRequests"]
        check(f"{name}: pull requests merged by somebody", all((p["state"] == "MERGED") == (p["mergedBy"] is not None) for p in pulls["nodes"]), True)
    threads = {t["thread"]: int(t["posts"]) for t in rows(f"{out}/truth/threads.csv") if t["platform"] == "github" and t["role"] == "discussion"}
    check("discussions with comments and replies", (found, posts), (len(threads), sum(threads.values())))
    some = next(d for d in discussions["nodes"] + [None] if d is None or d["comments"]["nodes"])
    if some:
        one = some["comments"]["nodes"][0]
        node = graphql(served, "query($id:ID!){node(id:$id){... on DiscussionComment{body} ... on Issue{title}}}", id=one["id"])["data"]["node"]
        check("a comment by its id", node, {"body": one["body"]})

    def error(query):
        return graphql(served, query)["errors"][0].get("type")
    check("no such repository", error('{repository(owner:"a",name:"b"){name}}'), "NOT_FOUND")
    check("a page without first", error('{repository(owner:"kelvane",name:"docs"){stargazers{nodes{login}}}}'), "MISSING_PAGINATION_BOUNDARIES")
    check("too large a page", error('{repository(owner:"kelvane",name:"docs"){stargazers(first:101){nodes{login}}}}'), "EXCESSIVE_PAGINATION")
    check("no such field", error('{repository(owner:"kelvane",name:"docs"){gremlins}}'), "undefinedField")
    for broken in ("{", "query{", "{a(b:}", "mutation{x}", "{a(b:\"", "", "{...}", "{" * 5000):
        check(f"not a query: {broken[:9]}", "data" in graphql(served, broken), False)
    check("without a token", served.ask("/github/graphql", "POST", body="{}")[0].status, 401)
    served.faults(rate_limit=1)
    check("GraphQL's limit", error("{rateLimit{remaining}}"), "RATE_LIMITED")
    answer, _ = served.ask("/github/repos/kelvane/docs")
    check("REST's limit", (answer.status, answer.headers["X-RateLimit-Remaining"], answer.headers.get("Retry-After")), (403, "0", None))
    served.faults(rate_limit=0)


def stack(served, count):
    def all_of(method, more=""):
        items, page, again = [], 1, True
        while again:
            got = served.json(f"/stack/2.3/{method}?site=kelvane&pagesize=17&page={page}{more}")
            items += got["items"]
            again, page = got["has_more"], page + 1
        return items
    questions = all_of("questions", "&sort=activity&order=asc")
    check("stack questions", len(questions), count["stackexchange", "post/question"])
    check("by activity", [q["last_activity_date"] for q in questions], sorted(q["last_activity_date"] for q in questions))
    answers, comments = all_of("answers"), all_of("comments")
    check("stack answers", len(answers), count["stackexchange", "post/answer"])
    check("stack posts", len(questions) + len(answers) + len(comments), count["stackexchange", "post"])
    check("accepted", {a["answer_id"] for a in answers if a["is_accepted"]}, {q["accepted_answer_id"] for q in questions if "accepted_answer_id" in q})
    some = [str(q["question_id"]) for q in questions if q["answer_count"] > 0][:5]
    check("answers of some questions", len(all_of(f"questions/{';'.join(some)}/answers")), sum(q["answer_count"] for q in questions if str(q["question_id"]) in some))
    middle = questions[len(questions) // 2]["last_activity_date"]
    check("min is of what is sorted by", len(all_of("questions", f"&sort=activity&min={middle}")), sum(q["last_activity_date"] >= middle for q in questions))
    check("fromdate is of the creation", len(all_of("questions", f"&fromdate={middle}")), sum(q["creation_date"] >= middle for q in questions))
    check("bodies when asked for", ("body" in questions[0], "body" in all_of("questions", "&filter=withbody")[0]), (False, True))
    check("owners are users", {q["owner"]["user_id"] for q in questions} - {u["user_id"] for u in all_of("users")}, set())
    answer, body = served.ask("/stack/2.3/questions")
    check("site is required", (answer.status, json.loads(body)["error_name"]), (400, "bad_parameter"))
    check("always compressed", answer.headers["Content-Encoding"], "gzip")
    served.faults(backoff=1)
    check("backoff", served.json("/stack/2.3/users?site=kelvane")["backoff"], 1)
    served.faults(backoff=0, rate_limit=1)
    answer, body = served.ask("/stack/2.3/users?site=kelvane")
    check("throttled", (answer.status, json.loads(body)["error_id"]), (400, 502))
    served.faults(rate_limit=0)


def registries(served, out, count):
    days = served.json("/npm/downloads/range/2023-01-01:2024-02-01/kelvane")["downloads"]
    check("npm downloads", (len(days), sum(d["downloads"] for d in days)), (397, count["series", "npm_downloads"]))
    check("npm cuts a long range", len(served.json("/npm/downloads/range/2020-01-01:2024-01-01/kelvane")["downloads"]), 550)
    check("npm does not know it", served.ask("/npm/downloads/range/2023-01-01:2023-01-02/other")[0].status, 404)
    releases = [(w["title"].split()[-1], w["day"]) for w in rows(f"{out}/truth/works.csv") if w["kind"] == "release"]
    packument = served.json("/npm/kelvane")
    check("npm versions", [(v, packument["time"][v][:10]) for v in packument["versions"]], releases)
    check("pypi releases", [(v, f[0]["upload_time_iso_8601"][:10]) for v, f in served.json("/pypi/pypi/kelvane/json")["releases"].items()], releases)
    kept = served.json("/pypi/api/packages/kelvane/overall?mirrors=false")["data"]
    last = [r for r in rows(f"{out}/truth/series.csv") if r["series"] == "pypi_downloads"][-180:]
    check("pypistats keeps 180 days", [(d["date"], d["downloads"]) for d in kept], [(r["day"], int(r["observed"])) for r in last])


def every_fault(served):
    list_ = "/forum/latest.json"
    check("unknown fault", served.ask("/_faults?gremlins=1", "POST")[0].status, 400)
    for name, status in {"error_500": 500, "rate_limit": 429, "expired_token": 401}.items():
        served.faults(**{name: 1})
        answer, _ = served.ask(list_)
        check(name, answer.status, status)
        if status == 429:
            check("Retry-After", answer.headers["Retry-After"], "1")
        served.faults(**{name: 0})
    served.faults(drop=1)
    try:
        served.ask(list_)
        check("drop", "answered", "dropped")
    except (http.client.RemoteDisconnected, ConnectionResetError):
        check("drop", "dropped", "dropped")
    served.faults(drop=0, truncate=1)
    try:
        served.ask(list_)
        check("truncate", "whole", "cut")
    except http.client.IncompleteRead as cut:
        check("truncate", cut.expected > 0 and len(cut.partial) > 0, True)
    served.faults(truncate=0, wrong_type=1)
    answer, body = served.ask(list_)
    check("wrong type", (answer.status, answer.headers["Content-Type"], body[:9]), (200, "text/html; charset=utf-8", b"<!DOCTYPE"))
    served.faults(wrong_type=0, clock_skew_s=-3600)
    skew = time.time() - parsedate_to_datetime(served.ask(list_)[0].headers["Date"]).timestamp()
    check("clock skew of an hour", 3590 < skew < 3620, True)
    served.faults(clock_skew_s=0, latency_ms=150)
    began = time.time()
    served.ask(list_)
    check("latency", time.time() - began >= 0.15, True)
    served.faults(latency_ms=0, shift=1)
    first, second = (served.json(list_)["topic_list"]["topics"][0]["id"] for _ in range(2))
    check("a list that shifts", first != second, True)
    first, second = (served.json("/github/repos/kelvane/kelvane/issues?state=all&sort=updated")[0] for _ in range(2))
    check("GitHub's list shifts", (first["number"] != second["number"], first["updated_at"] < second["updated_at"]), (True, True))
    served.faults(shift=0)


def collected_in_spite_of_faults(folder, out, count):
    """The list moves and answers break while the connector reads; the sync after that must have everything."""
    home = f"{folder}/workspace"
    subprocess.run([RAPPORT, "-q", "init", home], check=True)
    with Served(out, "--fault", "shift=0.3", "--fault", "truncate=0.02", "--fault", "drop=0.02") as served:
        with open(f"{home}/rapport.toml", "a") as config:
            config.write(f'\n[[source]]\nname = "forum"\nconnector = "discourse"\nurl = "http://127.0.0.1:{served.port}/forum"\n')
        for _ in range(2):
            subprocess.run([RAPPORT, "-q", "--home", home, "sync"], capture_output=True)
            served.faults(shift=0)
    got = json.loads(subprocess.run([RAPPORT, "--home", home, "sql", "SELECT count(*) AS n FROM activity WHERE kind IN ('topic', 'reply', 'answer')", "--json"], capture_output=True, text=True, check=True).stdout)
    check("posts collected", got[0]["n"], count[("discourse", "post")])


def main():
    folder = tempfile.mkdtemp(prefix="served")
    try:
        out = f"{folder}/community"
        subprocess.run([RAPPORT, "-q", "simulate", "--people", "60", "--years", "1", "--activities", "4000", "--seed", "5", "--out", out], check=True)
        count = {(r["where"], r["what"]): int(r["count"]) for r in rows(f"{out}/truth/counts.csv")}
        with Served(out) as served:
            apis(served, count)
            github_rest(served, out, count)
            github_graphql(served, out, count)
            stack(served, count)
            registries(served, out, count)
            every_fault(served)
        with Served(out, "--rate-limit", "3") as served:
            answers = [served.ask("/forum/categories.json")[0] for _ in range(8)]
            check("within the limit and beyond", {a.status for a in answers}, {200, 429})
            check("the limit is told", answers[0].headers["X-RateLimit-Limit"], "3")
        collected_in_spite_of_faults(folder, out, count)
    finally:
        shutil.rmtree(folder)
    return ended()


sys.exit(main())
