#!/usr/bin/env python3
"""Hours of the public timeline: what Rapport says of them against counts taken from the raw files by this script."""
import gzip, json
from collections import Counter
from real_data import DATA, check, end, needs, one, pairs, same_again, sql, synced

HOUR, LATER = DATA / "gharchive/2015-01-01-0.json.gz", DATA / "gharchive/lnav/gharchive_log.jsonl"
OPENED = {"IssuesEvent": "issue", "PullRequestEvent": "change_request"}
ALWAYS = {"IssueCommentEvent": "comment", "CommitCommentEvent": "comment", "PullRequestReviewCommentEvent": "comment", "WatchEvent": "star",
          "PullRequestReviewEvent": "review", "ForkEvent": "fork", "ReleaseEvent": "release", "MemberEvent": "join", "GollumEvent": "post"}


def expected(events):
    kinds, commits = Counter(), set()
    for event in events:
        if event["type"] in OPENED and event["payload"]["action"] == "opened":
            kinds[OPENED[event["type"]]] += 1
        elif event["type"] in ALWAYS:
            kinds[ALWAYS[event["type"]]] += 1
        elif event["type"] == "PushEvent":
            commits |= {(event["repo"]["name"].lower(), commit["sha"]) for commit in event["payload"]["commits"] if commit["distinct"]}
    kinds["commit"] = len(commits)
    return dict(kinds)


def main():
    needs("gharchive")
    first, later = [json.loads(line) for line in gzip.open(HOUR)], [json.loads(line) for line in open(LATER)]
    check("events as this script reads them", len(first), 7702)
    with synced(HOUR) as home:
        check("events", one(home, "SELECT count(*) FROM gharchive_event"), 7702)
        check("types", pairs(home, "SELECT type, count(*) FROM gharchive_event GROUP BY 1"), dict(Counter(event["type"] for event in first)))
        check("kinds", pairs(home, "SELECT kind, count(*) FROM activity GROUP BY 1"), expected(first))
        check("repositories", one(home, "SELECT count(*) FROM place"), len({event["repo"]["name"].lower() for event in first}))
        check("nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)
        threads = {(event["repo"]["name"].lower(), (event["payload"].get("issue") or event["payload"].get("pull_request"))["number"])
                   for event in first if event["type"] in (*OPENED, "IssueCommentEvent", "PullRequestReviewCommentEvent")}
        check("threads", one(home, "SELECT count(*) FROM thread"), len(threads))
        who = Counter(event["actor"]["login"] for event in first if event["type"] == "IssueCommentEvent").most_common(1)[0]
        check("comments of the busiest commenter", one(home, "SELECT count(*) FROM activity JOIN account USING (account_id) WHERE activity.kind = 'comment' "
              f"AND login = '{who[0]}' AND attributes IS NULL"), who[1])
        same_again(home)
    with synced(LATER) as home:
        check("kinds of later events", pairs(home, "SELECT kind, count(*) FROM activity GROUP BY 1"), expected(later))
        bots = {event["actor"]["login"] for event in later if event["actor"]["login"].endswith("[bot]")}
        check("bots", {row["login"] for row in sql(home, "SELECT login FROM account WHERE kind = 'bot'")}, bots)
    end()


main()
