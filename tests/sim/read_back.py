#!/usr/bin/env python3
"""Writes a small community and reads every format back with tools that know nothing of the simulator: git, Python's
mailbox, csv, json and XML parsers. What they count must be what truth/counts.csv says. Ends with "N passed, N failed"."""
import csv
import filecmp
import glob
import json
import mailbox
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

RAPPORT = os.environ.get("RAPPORT", "./rapport")
# The calendar is read by a parser of iCalendar, Debian's python3-icalendar, whichever Python this runs in.
DEBIAN_PYTHON = "/usr/bin/python3"
READ_CALENDAR = """
import icalendar, json, sys
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], "rb").read())
events = [{"uid": str(e["UID"]), "begin": e.decoded("DTSTART").isoformat(), "end": e.decoded("DTEND").isoformat(), "summary": str(e["SUMMARY"]), "categories": [str(c) for c in e["CATEGORIES"].cats]}
          for e in calendar.walk("VEVENT")]
print(json.dumps({"events": events, "errors": [str(error) for part in calendar.walk() for error in part.errors]}))
"""
passed = failed = 0


def check(what, got, want):
    global passed, failed
    if got == want:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {what}: got {got!r}, want {want!r}")


def holds(what, condition, seen=""):
    check(what + (f" ({seen})" if seen != "" and not condition else ""), bool(condition), True)


def simulate(folder, *more):
    subprocess.run([RAPPORT, "-q", "simulate", "--out", folder, *more], check=True)


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def git(repository, *words):
    return subprocess.run(["git", "-C", repository, *words], check=True, capture_output=True, text=True).stdout


def same_tree(a, b):
    comparison = filecmp.dircmp(a, b)
    if comparison.left_only or comparison.right_only or comparison.funny_files:
        return False
    _, different, errors = filecmp.cmpfiles(a, b, comparison.common_files, shallow=False)
    return not different and not errors and all(same_tree(os.path.join(a, d), os.path.join(b, d)) for d in comparison.common_dirs)


def read_git(out, count):
    repository = f"{out}/git/kelvane.git"
    check("git fsck", git(repository, "fsck", "--full", "--strict"), "")
    commits = int(git(repository, "rev-list", "--count", "main"))
    mailmap = git(repository, "ls-tree", "--name-only", "main").split().count(".mailmap")
    check("git commits", commits - mailmap, count[("git", "commit")])
    check("git tags", len(git(repository, "tag").split()), count[("github", "release")])
    numstat = [line for line in git(repository, "log", "--numstat", "--format=").splitlines() if line]
    holds("git numstat has numbers", len(numstat) >= commits and all(re.match(r"\d+\t\d+\t", line) for line in numstat))
    spellings = {(a["name"], a["email"]) for a in rows(f"{out}/truth/accounts.csv") if a["platform"] == "git"}
    authors = {tuple(line.split("\t")) for line in git(repository, "log", "--format=%an%x09%ae").splitlines()}
    check("git authors unknown to truth", sorted(authors - spellings), [])


def read_discourse(out, count):
    topics = [json.loads(text_of(path)) for path in glob.glob(f"{out}/discourse/t/*.json")]
    check("discourse topics", len(topics), sum(n for (where, what), n in count.items() if where == "discourse" and what.startswith("thread/")))
    check("discourse posts", sum(len(t["post_stream"]["posts"]) for t in topics), count[("discourse", "post")])
    threads = [t for t in rows(f"{out}/truth/threads.csv") if t["platform"] == "discourse"]
    accepted = sum(any(p["accepted_answer"] for p in t["post_stream"]["posts"]) for t in topics)
    check("discourse accepted answers", accepted, sum(t["accepted_post"] != "" for t in threads))
    check("discourse post numbers", all([p["post_number"] for p in t["post_stream"]["posts"]] == list(range(1, t["posts_count"] + 1)) for t in topics), True)
    categories = json.loads(text_of(f"{out}/discourse/categories.json"))["category_list"]["categories"]
    check("discourse categories", {t["category_id"] for t in topics} - {c["id"] for c in categories}, set())


def read_slack(out, count):
    users = {u["id"] for u in json.loads(text_of(f"{out}/slack/users.json"))}
    channels = [c["name"] for c in json.loads(text_of(f"{out}/slack/channels.json"))]
    messages = [m | {"channel": c} for c in channels for path in glob.glob(f"{out}/slack/{c}/*.json") for m in json.loads(text_of(path))]
    check("slack messages", len(messages), count[("slack", "post")])
    check("slack ts unique in a channel", len({(m["channel"], m["ts"]) for m in messages}), len(messages))
    check("slack writers unknown", {m["user"] for m in messages} - users, set())
    roots = {(m["channel"], m["ts"]) for m in messages}
    check("slack replies without a root", sum("thread_ts" in m and (m["channel"], m["thread_ts"]) not in roots for m in messages), 0)


def read_discord(out, count):
    exports = [json.loads(text_of(path)) for path in glob.glob(f"{out}/discord/*.json")]
    check("discord messages", sum(len(e["messages"]) for e in exports), count[("discord", "post")])
    check("discord messageCount", all(e["messageCount"] == len(e["messages"]) for e in exports), True)
    ids = {m["id"] for e in exports for m in e["messages"]}
    check("discord ids unique", len(ids), count[("discord", "post")])
    check("discord replies to nothing", sum("reference" in m and m["reference"]["messageId"] not in ids for e in exports for m in e["messages"]), 0)


def read_zulip(out, count):
    check("zulip messages", len(json.loads(text_of(f"{out}/zulip/messages.json"))["messages"]), count[("zulip", "post")])
    check("zulip streams", len(json.loads(text_of(f"{out}/zulip/streams.json"))["streams"]), 4)


def read_mbox(out, count):
    messages = [m for path in glob.glob(f"{out}/mail/*.mbox") for m in mailbox.mbox(path)]
    check("mail messages", len(messages), count[("mail", "post")])
    ids = {m["Message-ID"] for m in messages}
    check("mail ids unique", len(ids), len(messages))
    check("mail replies to nothing", sum(m["In-Reply-To"] is not None and m["In-Reply-To"] not in ids for m in messages), 0)
    defects = [d for m in messages for d in m.defects]
    check("mail defects", defects, [])
    holds("mail dates", all(__import__("email.utils").utils.parsedate_to_datetime(m["Date"]).year in range(2023, 2027) for m in messages))


def read_stackexchange(out, count):
    def table(name):
        return [row.attrib for row in ElementTree.parse(f"{out}/stackexchange/{name}.xml").getroot()]
    posts, comments, users = table("Posts"), table("Comments"), {u["Id"] for u in table("Users")}
    check("stack questions", sum(p["PostTypeId"] == "1" for p in posts), count[("stackexchange", "post/question")])
    check("stack answers", sum(p["PostTypeId"] == "2" for p in posts), count[("stackexchange", "post/answer")])
    check("stack posts and comments", len(posts) + len(comments), count[("stackexchange", "post")])
    ids = {p["Id"] for p in posts}
    check("stack answers to nothing", sum(p["PostTypeId"] == "2" and p["ParentId"] not in ids for p in posts), 0)
    check("stack accepted unknown", sum(p.get("AcceptedAnswerId", p["Id"]) not in ids for p in posts), 0)
    check("stack owners unknown", {p["OwnerUserId"] for p in posts} - users, set())
    votes = table("Votes")
    check("stack accepting votes", sum(v["VoteTypeId"] == "1" for v in votes), sum("AcceptedAnswerId" in p for p in posts))


def read_gharchive(out, count):
    events = [json.loads(line) for path in sorted(glob.glob(f"{out}/gharchive/*.json")) for line in open(path, encoding="utf-8")]
    kinds = {}
    for event in events:
        kinds[event["type"]] = kinds.get(event["type"], 0) + 1
    for kind, what in {"WatchEvent": "star", "ForkEvent": "fork", "PushEvent": "push", "ReleaseEvent": "release", "PullRequestReviewEvent": "post/review"}.items():
        check(f"gharchive {kind}", kinds.get(kind, 0), count[("github", what)])
    threads = {t["thread"]: int(t["posts"]) for t in rows(f"{out}/truth/threads.csv") if t["platform"] == "github" and t["role"] == "discussion"}
    check("gharchive events, which know no discussions", len(events), sum(n for (where, what), n in count.items() if where == "github" and "/" not in what) - sum(threads.values()))
    opened = sum(e["type"] in ("IssuesEvent", "PullRequestEvent") and e["payload"]["action"] == "opened" for e in events)
    check("gharchive opened", opened, sum(n for (where, what), n in count.items() if where == "github" and what.startswith("thread/")) - len(threads))
    # A push's head is a commit of the repository, and of the person who pushed; pushes follow each other.
    known = set(git(f"{out}/git/kelvane.git", "rev-list", "main").split())
    pushes = [e["payload"] for e in events if e["type"] == "PushEvent"]
    check("gharchive heads unknown to git", sorted({p["head"] for p in pushes} - known), [])
    check("gharchive heads all different", len({p["head"] for p in pushes}), len(pushes))
    check("gharchive pushes on the push before", [p["before"] for p in pushes[1:]], [p["head"] for p in pushes[:-1]])
    check("gharchive: the first push is on nothing", pushes[0]["before"], "0" * 40)
    unpushed = set(git(f"{out}/git/kelvane.git", "rev-list", "main", f"^{pushes[-1]['head']}").split())
    holds("gharchive: all but the .mailmap is pushed", len(unpushed) <= 1, unpushed)
    times = [e["created_at"] for e in events]
    check("gharchive in order of time", times, sorted(times))
    check("gharchive ids unique", len({e["id"] for e in events}), len(events))


def read_github(out, count):
    def every(name):
        return [item for path in glob.glob(f"{out}/github/*/{name}.page*.json") for item in json.loads(text_of(path))]
    for name, what in {"stargazers": "star", "forks": "fork", "releases": "release", "reviews": "post/review", "pulls": "thread/change"}.items():
        check(f"github {name}", len(every(name)), count[("github", what)])
    issues = every("issues")
    check("github issues, pulls and discussions", len(issues) + len(every("discussions")), sum(n for (where, what), n in count.items() if where == "github" and what.startswith("thread/")))
    check("github merged", sum(p["merged_at"] is not None for p in every("pulls")), count[("github", "merge")])
    check("github closed", sum(i["state"] == "closed" for i in issues), count[("github", "merge")] + count[("github", "close")])
    holds("github pages hold 100", all(len(json.loads(text_of(p))) <= 100 for p in glob.glob(f"{out}/github/*/*.json")))


def read_web_and_product(out, count):
    combined = re.compile(r'^(\S+) - - \[(\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000)\] "GET (\S+) HTTP/1\.1" (\d{3}) (\d+) "([^"]*)" "([^"]*)"$')
    lines = [combined.match(line) for line in open(f"{out}/web/access.log", encoding="utf-8")]
    holds("access log lines all parse", all(lines))
    machine = re.compile(r"bot|spider|python-requests", re.I)
    check("visits", sum(not machine.search(m[7]) for m in lines), count[("series", "visits")])
    check("signups", len(rows(f"{out}/product/signups.csv")), count[("series", "signups")])
    # A call needs somebody who signed up: the very first days may lack one.
    holds("first calls", 0 <= count[("series", "first_calls")] - len(rows(f"{out}/product/events.csv")) <= 3)
    npm = [d for path in glob.glob(f"{out}/downloads/npm/*.json") for d in json.loads(text_of(path))["downloads"]]
    check("npm downloads", sum(d["downloads"] for d in npm), count[("series", "npm_downloads")])
    pypi = json.loads(text_of(f"{out}/downloads/pypi/kelvane.json"))["data"]
    check("pypi downloads", sum(d["downloads"] for d in pypi), count[("series", "pypi_downloads")])
    check("download days", len(npm), len({d["day"] for d in npm}))


def read_rest(out, works):
    kinds = [w["kind"] for w in works]
    check("names of somebody", sorted(f"{p['name']}" for p in rows(f"{out}/truth/people.csv") if p["name"].replace(" ", "_") in never()), [])
    rss = ElementTree.parse(f"{out}/feeds/blog.rss").getroot()
    check("rss items", len(rss.findall("channel/item")), kinds.count("post") + kinds.count("tutorial"))
    atom = ElementTree.parse(f"{out}/feeds/blog.atom").getroot()
    check("atom entries", len(atom.findall("{http://www.w3.org/2005/Atom}entry")), kinds.count("post") + kinds.count("tutorial"))
    check("episodes", len(ElementTree.parse(f"{out}/feeds/podcast.rss").getroot().findall("channel/item")), kinds.count("podcast"))
    calendar = json.loads(subprocess.run([DEBIAN_PYTHON, "-c", READ_CALENDAR, f"{out}/events/events.ics"], check=True, capture_output=True, text=True).stdout)
    gatherings = {f"{w['work']}@events.kelvane.example": w for w in works if w["kind"] in ("talk", "workshop")}
    check("ical events", {e["uid"]: (e["begin"][:10], e["summary"], e["categories"]) for e in calendar["events"]}, {uid: (w["day"], w["title"], [w["kind"]]) for uid, w in gatherings.items()})
    check("ical events end after they begin", [e["uid"] for e in calendar["events"] if not e["begin"] < e["end"]], [])
    check("ical lines that do not parse", calendar["errors"], [])
    uids = {e["uid"] for e in calendar["events"]}
    check("rsvp to no event", {r["event_uid"] for r in rows(f"{out}/events/rsvp.csv")} - uids, set())
    search = rows(f"{out}/search/search_console.csv")
    holds("search clicks within impressions", search and all(int(r["Clicks"]) <= int(r["Impressions"]) and r["CTR"].endswith("%") for r in search))
    holds("survey answers", all(1 <= int(r["satisfaction"]) <= 5 for path in glob.glob(f"{out}/survey/*.csv") for r in rows(path)))


def never():
    """The pairs that sim/data/names.txt forbids."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../sim/data/names.txt")
    return {pair for line in open(path, encoding="utf-8") if line.startswith("never ") for pair in line.split()[1:]}


def read_site(out):
    """Broken samples and links are exactly those that truth says were planted."""
    planted = rows(f"{out}/truth/planted.csv")
    broken = set()
    for path in glob.glob(f"{out}/site/samples/*.py"):
        if subprocess.run([sys.executable, "-B", os.path.basename(path)], cwd=os.path.dirname(path), capture_output=True).returncode != 0:
            broken.add("samples/" + os.path.basename(path))
    check("broken samples", broken, {p["file"] for p in planted if p["kind"] == "broken sample"})
    dead = set()
    for path in glob.glob(f"{out}/site/**/*.md", recursive=True):
        page = os.path.relpath(path, f"{out}/site")
        for link in re.findall(r"\]\(([^)]+)\)", text_of(path)):
            if not os.path.exists(os.path.join(os.path.dirname(path), link)):
                dead.add((page, link))
    check("broken links", dead, {(p["file"], p["what"]) for p in planted if p["kind"] == "broken link"})


def statistics(out, count):
    threads = rows(f"{out}/truth/threads.csv")
    questions = [t for t in threads if t["role"] == "question"]
    answered = sum(t["answered_by"] != "" for t in questions) / len(questions)
    holds("answer rate", 0.62 < answered < 0.82, answered)
    documented = [t for t in questions if t["is_documented"] == "true"]
    missing = [t for t in questions if t["is_documented"] == "false"]
    rate = lambda list_: sum(t["answered_by"] != "" for t in list_) / len(list_)
    holds("undocumented topics are answered less", rate(missing) < rate(documented) - 0.03, (rate(missing), rate(documented)))
    texts = rows(f"{out}/truth/texts.csv")
    per_person = {}
    for text in texts:
        per_person[text["person"]] = per_person.get(text["person"], 0) + 1
    humans = {p["person"] for p in rows(f"{out}/truth/people.csv") if p["kind"] == "human" and p["is_team"] == "false"}
    counts = sorted((n for person, n in per_person.items() if person in humans), reverse=True)
    top = sum(counts[: max(1, len(counts) // 10)]) / sum(counts)
    holds("a tenth of the people does 40 to 85 % of it", 0.40 < top < 0.85, top)
    series = rows(f"{out}/truth/series.csv")
    import datetime
    visits = {}
    for row in series:
        if row["series"] == "visits":
            visits.setdefault(datetime.date.fromisoformat(row["day"]).weekday(), []).append(int(row["observed"]))
    mean = {day: sum(v) / len(v) for day, v in visits.items()}
    # The calendar gives Wednesday 1.25 and Sunday 0.5.
    holds("weekly season", 2.0 < mean[2] / mean[6] < 3.1, mean[2] / mean[6])
    # What one effect is by its own parameters is what truth/effect_daily.csv sums to, and the counterfactual is the rest.
    expected = {(r["day"], r["series"]): float(r["expected"]) for r in series}
    worst = max(abs(expected[(r["day"], r["series"])] - float(r["effect"]) - float(r["counterfactual"])) for r in rows(f"{out}/truth/effect_daily.csv"))
    holds("counterfactual + effect = expectation", worst < 1e-5, worst)
    baseline = {(r["day"], r["series"]): float(r["with_outside"]) for r in series}
    # Every total again by the formulas of docs/simulator.md, from the parameters alone.
    work_day = {w["work"]: datetime.date.fromisoformat(w["day"]) for w in rows(f"{out}/truth/works.csv")}
    calendar = sorted({datetime.date.fromisoformat(r["day"]) for r in series})

    def shape_at(effect, since):
        since, span = since - int(effect["delay_days"]), int(effect["span_days"])
        if since < 0:
            return 0.0
        if effect["shape"] in ("pulse", "delayed"):
            return float(since < span)
        return 1.0 if effect["shape"] == "lasting" else 0.5 ** (since / span)

    totals, told = {}, {}
    for effect in rows(f"{out}/truth/effects.csv"):
        key = (effect["work"], effect["series"])
        told[key] = float(effect["total_effect"])
        totals[key] = totals.get(key, 0.0) + sum(
            float(effect["lift"]) * shape_at(effect, (day - work_day[effect["work"]]).days) * baseline[(day.isoformat(), effect["series"])] for day in calendar if day >= work_day[effect["work"]])
    for key, total in totals.items():
        # A fading effect is written down for twelve of its half-lives, all but 0.02 % of it.
        holds(f"total effect of {key}", abs(total - told[key]) < 0.002 + 0.001 * abs(total), (total, told[key]))
    # Days of the product's own outages: 2.6 times the questions, in the counts as well.
    outages = [(datetime.date.fromisoformat(o["from_day"]), int(o["days"])) for o in rows(f"{out}/truth/outside.csv") if o["kind"] == "outage"]
    hit = {(day + datetime.timedelta(i)).isoformat() for day, length in outages for i in range(length)}
    seen = sum(int(r["observed"]) for r in series if r["series"] == "questions" and r["day"] in hit)
    usual = sum(float(r["baseline"]) for r in series if r["series"] == "questions" and r["day"] in hit)
    holds("outages bring questions", seen > 1.5 * usual, (seen, usual))
    works = rows(f"{out}/truth/works.csv")
    without = sum(w["has_effect"] == "false" for w in works) / len(works)
    holds("many works change nothing", 0.3 < without < 0.75, without)
    check("people", sum(p["kind"] == "human" for p in rows(f"{out}/truth/people.csv")), 300)
    owners = {}
    for account in rows(f"{out}/truth/accounts.csv"):
        if account["login"]:
            owners.setdefault((account["platform"], account["login"]), set()).add(account["person"])
    holders = {}
    for account in rows(f"{out}/truth/accounts.csv"):
        if account["email"]:
            holders.setdefault(account["email"], set()).add(account["person"])
    check("addresses shared by two people", [k for k, v in holders.items() if len(v) > 1], [])
    check("logins shared by two people", [k for k, v in owners.items() if len(v) > 1], [])


def main():
    folder = tempfile.mkdtemp(prefix="simulated")
    try:
        out, again, other = f"{folder}/a", f"{folder}/b", f"{folder}/c"
        size = ["--people", "300", "--years", "2"]
        simulate(out, *size, "--seed", "7")
        simulate(again, *size, "--seed", "7")
        simulate(other, *size, "--seed", "8", "--formats", "texts")
        holds("the same seed twice gives the same bytes", same_tree(out, again))
        holds("another seed gives other bytes", not filecmp.cmp(f"{out}/truth/texts.csv", f"{other}/truth/texts.csv", shallow=False))
        simulate(again, *size, "--seed", "7", "--formats", "slack,texts")
        holds("formats do not depend on each other", same_tree(f"{out}/slack", f"{again}/slack"))
        count = {}
        for row in rows(f"{out}/truth/counts.csv"):
            count[(row["where"], row["what"])] = int(row["count"])
        for read in (read_git, read_discourse, read_slack, read_discord, read_zulip, read_mbox, read_stackexchange, read_gharchive, read_github, read_web_and_product, statistics):
            read(out, count)
        read_rest(out, rows(f"{out}/truth/works.csv"))
        read_site(out)
    finally:
        shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
