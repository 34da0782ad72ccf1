#!/usr/bin/env python3
"""The whole of one real community: what Rapport says of it against counts taken from the raw files by this script.
"""
import json, random, signal, statistics, subprocess, sys, tarfile, tempfile, time
from collections import Counter, defaultdict
from datetime import datetime, timezone
from pathlib import Path
from real_data import DATA, RAPPORT, check, content, end, needs, one, rapport, sql


def yearly(home, metric, *words):
    rows = json.loads(rapport(home, "metric", metric, "--by", "year", "--from", "2014", "--to", "2023", "--format", "json", *words))
    return {(int(row["bucket"][:4]), row["segment"]): row for row in rows}


def read_forum():
    topics = []
    with tarfile.open(DATA / "urho3d-forum.tar.xz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            try:
                topic = json.load(archive.extractfile(member))
            except ValueError:
                continue
            if "post_stream" in topic:
                topics.append(topic)
    return topics


def git_log(repository, fields):
    command = ["git", "-C", repository, "log", "--all", "--no-mailmap", f"--format={fields}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def moment(text):
    return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)


def set_up(home, sources=("urho3d.git.tar", "urho3d-forum.tar.xz")):
    rapport(home, "init", home, "--project", "Urho3D", "-q")
    for source in sources:
        rapport(home, "add", DATA / source, "-q")


TABLES = {"place": "*", "account": "*", "thread": "*", "activity": "* EXCLUDE (record_key)", "person": "*", "account_person": "*",
          "activity_people": "*", "thread_people": "*", "raw_record": "source_id, stream, record_id, json, gone",
          "git_commit": "* EXCLUDE (batch)", "rejected_record": "source_id, stream, position, reason, excerpt"}


def test_counts(home, topics):
    posts = [post for topic in topics for post in topic["post_stream"]["posts"]]
    check("commits", one(home, "SELECT count(*) FROM activity WHERE kind = 'commit'"), 10578)
    check("topics", one(home, "SELECT count(*) FROM thread"), 5046)
    check("topics as this script reads them", len(topics), 5046)
    check("posts as this script reads them", len(posts), 36990)
    check("posts", one(home, "SELECT count(*) FROM activity WHERE kind IN ('topic', 'reply', 'answer', 'moderation', 'whisper')"), 36990)
    check("forum users who wrote", one(home, "SELECT count(*) FROM account WHERE platform = 'discourse'"), 999)
    check("accepted answers", one(home, "SELECT count(*) FROM activity WHERE kind = 'answer'"), 672)
    check("nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)


def test_metrics(home, topics):
    bots = {-1, -2}  # system and discobot
    active, opened, answered, waits = defaultdict(set), Counter(), Counter(), defaultdict(list)
    for topic in topics:
        posts = sorted(topic["post_stream"]["posts"], key=lambda post: (post["created_at"], post["id"]))
        for post in posts:
            if post["user_id"] not in bots:
                active[moment(post["created_at"]).year].add(post["user_id"])
        first = next(post for post in posts if post["post_number"] == 1) if any(p["post_number"] == 1 for p in posts) else posts[0]
        if first["user_id"] in bots:
            continue
        year = moment(first["created_at"]).year
        opened[year] += 1
        replies = [post for post in posts if post["post_type"] == 1 and post["id"] != first["id"] and post["user_id"] not in bots
                   and post["user_id"] != first["user_id"] and moment(post["created_at"]) >= moment(first["created_at"])]
        if replies:
            answered[year] += 1
            waits[year].append((moment(replies[0]["created_at"]) - moment(first["created_at"])).total_seconds() / 3600)
    forum = ("--source", "urho3d-forum")
    people, threads = yearly(home, "active_people", *forum), yearly(home, "threads_opened", *forum)
    share, hours = yearly(home, "share_answered", *forum), yearly(home, "first_response_hours", *forum)
    for year in range(2014, 2023):
        check(f"active people on the forum in {year}", people[year, "all"]["value"], len(active[year]))
        check(f"threads opened in {year}", threads[year, "all"]["value"], opened[year])
        check(f"share answered in {year}", round(share[year, "all"]["value"], 9), round(answered[year] / opened[year], 9))
        # The script reads whole seconds, the store milliseconds.
        check(f"median wait in {year}, to 0.001 h", abs(hours[year, "all"]["value"] - statistics.median(waits[year])) < 0.001, True)
    log = [line.split("\t") for line in git_log(next(Path(home).glob(".rapport/cache/*/unpacked.git")), "%at%x09%an%x09%ae")]
    authors = {(name.strip(), address.lower()) for _, name, address in log}  # the case of an address says nothing
    check("git identities", one(home, "SELECT count(DISTINCT account_id) FROM activity WHERE kind = 'commit'"), len(authors))
    by_year = Counter(datetime.fromtimestamp(int(stamp), timezone.utc).year for stamp, _, _ in log)
    commits = yearly(home, "commits", "--who", "everyone")
    for year in range(2014, 2023):
        check(f"commits in {year}", commits[year, "all"]["value"], by_year[year])


def test_second_sync(home):
    before = content(home, TABLES)
    rapport(home, "sync")
    check("a second sync adds nothing", content(home, TABLES), before)
    rapport(home, "replay")
    check("a replay says the same", content(home, TABLES), before)


def test_large_repository():
    with tempfile.TemporaryDirectory() as home:
        set_up(home, ["moby.git.tar"])
        rapport(home, "sync")
        check("commits of the large repository", one(home, "SELECT count(*) FROM activity WHERE kind = 'commit'"), 57533)
        check("none of them set aside in silence", one(home, "SELECT count(*) FROM git_commit"), 57533)


def test_kills(reference):
    """Ten times SIGKILL at random moments of one sync; then the sync that ends must have lost and doubled nothing."""
    chance = random.Random(20)
    with tempfile.TemporaryDirectory() as home:
        set_up(home)
        kills = 0
        for _ in range(10):
            running = subprocess.Popen([RAPPORT, "--home", home, "sync", "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.05, 2.5))
            if running.poll() is None:
                running.send_signal(signal.SIGKILL)
                kills += 1
            running.wait()
        rapport(home, "sync")
        check(f"the same tables after {kills} kills", content(home, TABLES), reference)


def main():
    needs("urho3d.git.tar")
    topics = read_forum()
    with tempfile.TemporaryDirectory() as home:
        set_up(home)
        rapport(home, "sync")
        test_counts(home, topics)
        test_metrics(home, topics)
        reference = content(home, TABLES)
        test_second_sync(home)
    test_kills(reference)
    test_large_repository()
    end()


main()
