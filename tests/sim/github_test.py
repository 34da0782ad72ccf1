#!/usr/bin/env python3
"""Collects the simulated community's repositories through the connector github from `rapport simulate serve`, over REST without a
token and over GraphQL with one, while lists shift and answers break, and compares with truth. Ends with "N passed, N failed"."""
import csv
import glob
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

RAPPORT = os.path.abspath(os.environ.get("RAPPORT", "./rapport"))
REPOSITORIES = "kelvane/kelvane,kelvane/docs,kelvane/examples"
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

    def status(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body=body)
        status = connection.getresponse().status
        connection.close()
        return status


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
    return json.loads(subprocess.run([RAPPORT, "--home", home, "sql", query, "--json"], capture_output=True, text=True, check=True).stdout)[0]["n"]


def compare(home, count, with_graphql):
    name = home.split("/")[-1]

    def of(what):
        return count.get(what, 0)

    questions = of("thread/question") + of("thread/bug")
    check(f"{name}: issues", counted(home, "kind = 'issue'"), questions + (0 if with_graphql else of("thread/discussion") if not DISCUSSIONS else 0))
    check(f"{name}: changes", counted(home, "kind = 'change_request'"), of("thread/change"))
    check(f"{name}: merged", counted(home, "kind = 'change_request' AND (attributes->>'state') = 'merged'"), of("merge"))
    check(f"{name}: stars", counted(home, "kind = 'star'"), of("star by one"))
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
    global DISCUSSIONS
    folder = tempfile.mkdtemp(prefix="github")
    try:
        out = f"{folder}/community"
        subprocess.run([RAPPORT, "-q", "simulate", "--people", "60", "--years", "1", "--activities", "4000", "--seed", "5", "--out", out], check=True)
        with open(f"{out}/truth/counts.csv", newline="") as file:
            count = {row["what"]: int(row["count"]) for row in csv.DictReader(file) if row["where"] == "github"}
        # At GitHub one person stars one repository once; the simulated ones may do so again.
        stars = [(path, star["user"]["id"]) for path in glob.glob(f"{out}/github/*/stargazers.page*.json") for star in json.load(open(path))]
        count["star by one"] = len({(os.path.dirname(path), who) for path, who in stars})
        # A server of before discussions and GraphQL lists discussions among the issues.
        DISCUSSIONS = os.path.exists(f"{out}/github/kelvane/discussions.page1.json")
        with Served(out) as served:
            collect(f"{folder}/without-a-token", served, 1, streams="issues,pulls,comments,stargazers,forks,releases")
            compare(f"{folder}/without-a-token", count, False)
            has_graphql = served.status("POST", "/github/graphql", "{}") != 404
            if has_graphql:
                collect(f"{folder}/with-a-token", served, 2, token="$SIM_TOKEN")
                compare(f"{folder}/with-a-token", count, True)
        if has_graphql:
            with Served(out, "--fault", "truncate=0.03", "--fault", "drop=0.03", "--fault", "error_500=0.03") as served:
                home = f"{folder}/in-spite-of-faults"
                for attempt in range(3):
                    if attempt == 2:
                        served.status("POST", "/_faults?truncate=0&drop=0&error_500=0")
                    if attempt == 0:
                        subprocess.run([RAPPORT, "-q", "init", home], check=True)
                        with open(f"{home}/rapport.toml", "a") as config:
                            config.write(f'\n[[source]]\nname = "github"\nconnector = "github"\nurl = "http://127.0.0.1:{served.port}/github"\nrepo = "kelvane"\ntoken = "$SIM_TOKEN"\n')
                    subprocess.run([RAPPORT, "-q", "--home", home, "sync"], capture_output=True, env={**os.environ, "SIM_TOKEN": "sesame"})
                compare(home, count, True)
    finally:
        shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
