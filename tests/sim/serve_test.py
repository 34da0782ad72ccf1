#!/usr/bin/env python3
"""Serves a simulation and asks it over HTTP: paging, ETag, rate limit, each fault; then collects the forum through the
real connector while lists shift and answers break, and compares with truth. Ends with "N passed, N failed"."""
import csv
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

RAPPORT = os.path.abspath(os.environ.get("RAPPORT", "./rapport"))
passed = failed = 0


def check(what, got, want):
    global passed, failed
    if got == want:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}: got {got!r}, want {want!r}")


class Served:
    def __init__(self, folder, *more):
        self.process = subprocess.Popen([RAPPORT, "simulate", "serve", folder, "--port", "0", *more], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)$", self.process.stdout.readline().strip())[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def ask(self, path, method="GET", headers={}):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def json(self, path):
        return json.loads(self.ask(path)[1])

    def faults(self, **values):
        return self.ask("/_faults?" + "&".join(f"{k}={v}" for k, v in values.items()), "POST")[0].status


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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

    stars = 0
    for repository in ("kelvane", "docs", "examples"):
        path = f"/github/repos/kelvane/{repository}/stargazers"
        while path:
            answer, body = served.ask(path)
            stars += len(json.loads(body))
            found = re.search(r'<http://[^/]+([^>]+)>; rel="next"', answer.headers.get("Link", ""))
            path = found[1] if found else None
    check("stargazers by Link", stars, count[("github", "star")])

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
            every_fault(served)
        with Served(out, "--rate-limit", "3") as served:
            answers = [served.ask("/forum/categories.json")[0] for _ in range(8)]
            check("within the limit and beyond", {a.status for a in answers}, {200, 429})
            check("the limit is told", answers[0].headers["X-RateLimit-Limit"], "3")
        collected_in_spite_of_faults(folder, out, count)
    finally:
        shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
