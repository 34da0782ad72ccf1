#!/usr/bin/env python3
"""Collects the simulated community's repositories through the connector github from `rapport simulate serve`, over REST without a
token and over GraphQL with one, while lists shift and answers break, and compares with truth. Ends with "N passed, N failed"."""
import csv
import os
import shutil
import subprocess
import sys
import tempfile

from community import RAPPORT, Served, ask, check, ended

REPOSITORIES = "kelvane/kelvane,kelvane/docs,kelvane/examples"
def collect(home, served, times, **settings):
    subprocess.run([RAPPORT, "-q", "init", home], check=True)
    with open(f"{home}/rapport.toml", "a") as config:
        config.write('\n[[source]]\nname = "github"\nconnector = "github"\n')
        for name, value in {"url": f"http://127.0.0.1:{served.port}/github", "repo": REPOSITORIES, **settings}.items():
            config.write(f'{name} = "{value}"\n')
    for _ in range(times):
        done = subprocess.run([RAPPORT, "-q", "--home", home, "sync"], capture_output=True, text=True, env={**os.environ, "SIM_TOKEN": "sesame"})
    check(f"{home.split('/')[-1]}: the last sync", (done.returncode, done.stderr), (0, ""))


def counted(home, condition):
    query = f"SELECT count(*) AS n FROM activity WHERE {condition}"
    return ask(home, query)[0]["n"]


def compare(home, count, with_graphql):
    name = home.split("/")[-1]

    def of(what):
        return count.get(what, 0)

    questions = of("thread/question") + of("thread/bug")
    check(f"{name}: issues", counted(home, "kind = 'issue'"), questions)
    check(f"{name}: changes", counted(home, "kind = 'change_request'"), of("thread/change"))
    check(f"{name}: merged", counted(home, "kind = 'change_request' AND (attributes->>'state') = 'merged'"), of("merge"))
    check(f"{name}: stars", counted(home, "kind = 'star'"), of("star"))
    check(f"{name}: forks", counted(home, "kind = 'fork'"), of("fork"))
    check(f"{name}: releases", counted(home, "kind = 'release'"), of("release"))
    if not with_graphql:
        return
    check(f"{name}: reviews", counted(home, "kind = 'review'"), of("post/review"))
    check(f"{name}: discussions", counted(home, "kind IN ('topic', 'question')"), of("thread/discussion"))
    # Every post is one activity of one of these kinds.
    check(f"{name}: posts", counted(home, "kind IN ('issue', 'change_request', 'comment', 'review', 'topic', 'question', 'reply', 'answer')"), of("post"))
    check(f"{name}: views, day by day", counted(home, "kind = 'visit'") > 0, True)


def main():
    folder = tempfile.mkdtemp(prefix="github")
    try:
        out = f"{folder}/community"
        subprocess.run([RAPPORT, "-q", "simulate", "--people", "60", "--years", "1", "--activities", "4000", "--seed", "5", "--out", out], check=True)
        with open(f"{out}/truth/counts.csv", newline="") as file:
            count = {row["what"]: int(row["count"]) for row in csv.DictReader(file) if row["where"] == "github"}
        with Served(out) as served:
            collect(f"{folder}/without-a-token", served, 1, streams="issues,pulls,comments,stargazers,forks,releases")
            compare(f"{folder}/without-a-token", count, False)
            collect(f"{folder}/with-a-token", served, 2, token="$SIM_TOKEN")
            compare(f"{folder}/with-a-token", count, True)
        with Served(out, "--fault", "truncate=0.03", "--fault", "drop=0.03", "--fault", "error_500=0.03") as served:
            home = f"{folder}/in-spite-of-faults"
            for attempt in range(3):
                if attempt == 2:
                    served.ask("/_faults?truncate=0&drop=0&error_500=0", "POST")
                if attempt == 0:
                    subprocess.run([RAPPORT, "-q", "init", home], check=True)
                    with open(f"{home}/rapport.toml", "a") as config:
                        config.write(f'\n[[source]]\nname = "github"\nconnector = "github"\nurl = "http://127.0.0.1:{served.port}/github"\nrepo = "kelvane"\ntoken = "$SIM_TOKEN"\n')
                subprocess.run([RAPPORT, "-q", "--home", home, "sync"], capture_output=True, env={**os.environ, "SIM_TOKEN": "sesame"})
            compare(home, count, True)
    finally:
        shutil.rmtree(folder)
    return ended()


sys.exit(main())
