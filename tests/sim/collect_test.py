#!/usr/bin/env python3
"""Writes a small community in every format and collects it with the workspace that lies beside it: every source must be
read whole, nothing set aside, and count what truth counts. Ends with "N passed, N failed"."""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

RAPPORT = os.path.abspath(os.environ.get("RAPPORT", "./rapport"))
passed = failed = 0


def check(what, got, want):
    global passed, failed
    if got == want:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}: got {got!r}, want {want!r}")


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ask(home, sql):
    return json.loads(subprocess.run([RAPPORT, "--home", home, "sql", sql, "--json"], capture_output=True, text=True, check=True).stdout)


def expected(home):
    """What each source must give, by kind of activity, from truth alone."""
    count = {(r["where"], r["what"]): int(r["count"]) for r in rows(f"{home}/truth/counts.csv")}
    works = [w["kind"] for w in rows(f"{home}/truth/works.csv")]
    threads = rows(f"{home}/truth/threads.csv")

    def opened(platform, *roles):
        return sum(n for (where, what), n in count.items() if where == platform and what.startswith("thread/") and (not roles or what[7:] in roles))

    def posts(platform, role):
        return count.get((platform, f"post/{role}"), 0)

    accepted = sum(t["platform"] == "discourse" and t["accepted_post"] != "" for t in threads)
    changes = opened("github", "change")
    # GH Archive has no discussions.
    discussed = [int(t["posts"]) for t in threads if t["platform"] == "github" and t["role"] == "discussion"]
    issues = opened("github") - changes - len(discussed)
    answered = {t["thread"] for t in threads if t["platform"] == "slack" and int(t["posts"]) > 1}
    return {
        "forum": {"topic": opened("discourse"), "answer": accepted, "reply": count["discourse", "post"] - opened("discourse") - accepted},
        "chat": {"message": opened("slack"), "reply": count["slack", "post"] - opened("slack")},
        # In a channel of Discord it is a reply only where that function was used.
        "discord": {"message + reply": count["discord", "post"]},
        "zulip": {"message": opened("zulip"), "reply": count["zulip", "post"] - opened("zulip")},
        "lists": {"mail": count["mail", "post"]},
        "stack": {"question": posts("stackexchange", "question"), "answer": posts("stackexchange", "answer"),
                  "comment": count["stackexchange", "post"] - posts("stackexchange", "question") - posts("stackexchange", "answer")},
        "events": {"issue": issues, "change_request": changes, "review": posts("github", "review"), "star": count["github", "star"], "fork": count["github", "fork"],
                   "release": count["github", "release"], "comment": count["github", "post"] - sum(discussed) - issues - changes - posts("github", "review")},
        "sdk": {"release": count["github", "release"]},
        "blog": {"post": works.count("post") + works.count("tutorial")},
        "podcast": {"post": works.count("podcast")},
        "rsvp": {"rsvp": len(rows(f"{home}/events/rsvp.csv"))},
        "signups": {"signup": count["series", "signups"]},
    }, count, len(answered)


def main():
    home = tempfile.mkdtemp(prefix="collected") + "/community"
    try:
        subprocess.run([RAPPORT, "-q", "simulate", "--people", "200", "--years", "1", "--seed", "3", "--out", home], check=True)
        synced = subprocess.run([RAPPORT, "--home", home, "sync"], capture_output=True, text=True)
        check("sync", (synced.returncode, synced.stdout if synced.returncode else ""), (0, ""))
        want, count, answered = expected(home)
        got = {}
        for row in ask(home, "SELECT s.name, a.kind, count(*) AS n FROM activity a JOIN source s USING (source_id) GROUP BY ALL"):
            got.setdefault(row["name"], {})[row["kind"]] = row["n"]
        for source, kinds in want.items():
            for kind, number in kinds.items():
                check(f"{source}: {kind}", sum(got.get(source, {}).get(part, 0) for part in kind.split(" + ")), number)
        check("nothing set aside", ask(home, "SELECT stream, position, reason FROM rejected_record"), [])
        configured = open(f"{home}/rapport.toml", encoding="utf-8").read().count("[[source]]")
        check("every source gave something", len(got), configured)

        commits = subprocess.run(["git", "-C", f"{home}/git/kelvane.git", "rev-list", "--count", "main"], capture_output=True, text=True, check=True).stdout
        check("sdk: commit", got["sdk"]["commit"], int(commits))
        check("product: events", sum(got["product"].values()), len(rows(f"{home}/product/events.csv")))
        slack_threads = ask(home, "SELECT count(DISTINCT a.parent_id) AS n FROM activity a JOIN source s USING (source_id) WHERE s.name = 'chat' AND a.kind = 'reply'")[0]["n"]
        check("chat: threads with answers", slack_threads, answered)
        # The log holds each human view of the day's visits; the pages that are gone are planted.
        web = {(r["class"], r["machine"]): r["n"] for r in ask(
            home, "SELECT class, program_kind IS NOT NULL AND program_kind <> '' AS machine, sum(views)::INTEGER AS n FROM accesslog_count GROUP BY ALL")}
        gone = sum('" 404 ' in line for line in open(f"{home}/web/access.log", encoding="utf-8"))
        check("web: pages that are gone", web.get(("error", False), 0), gone)
        check("web: human views", web["page", False] + gone, count["series", "visits"])
    finally:
        shutil.rmtree(os.path.dirname(home))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
