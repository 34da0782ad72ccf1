#!/usr/bin/env python3
"""Collects a simulated community and compares who Rapport says is who with who is who. Identity fails closed: no two
people may be made one, no human a bot; how much it finds is printed. Ends with "N passed, N failed"."""
import collections
import csv
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile

RAPPORT = os.path.abspath(os.environ.get("RAPPORT", "./rapport"))
QUERY = """SELECT a.platform, a.login, a.native_id, a.name, a.email, ap.person_id::VARCHAR AS person, p.kind, t.person_id IS NOT NULL AS team
FROM account a JOIN account_person ap USING (account_id) JOIN person p USING (person_id) LEFT JOIN team_member t USING (person_id)"""
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


def main():
    home = tempfile.mkdtemp(prefix="identity") + "/community"
    try:
        subprocess.run([RAPPORT, "-q", "simulate", "--people", "400", "--years", "2", "--seed", "11", "--out", home], check=True)
        subprocess.run([RAPPORT, "-q", "--home", home, "sync"], check=True)
        accounts = json.loads(subprocess.run([RAPPORT, "--home", home, "sql", QUERY, "--json"], capture_output=True, text=True, check=True).stdout)
        people = {p["person"]: p for p in rows(f"{home}/truth/people.csv")}
        by_address, by_login, by_spelling = {}, {}, {}
        for account in rows(f"{home}/truth/accounts.csv"):
            by_address[account["email"].lower()] = account["person"]
            by_login[(account["platform"], account["login"])] = account["person"]
            by_spelling[(account["name"], account["email"].lower())] = account["person"]
        merged, strangers, wrong_kind, wrong_team = collections.defaultdict(list), 0, [], []
        for account in accounts:
            if account["platform"] == "git":
                person = by_spelling.get((account["name"], account["email"]))
            elif account["platform"] in ("stackexchange", "zulip") and account["native_id"].isdigit():
                person = f"p{int(account['native_id']) - 1:06}"  # docs/simulator.md: users are numbered as people are, from 1
            elif account["email"]:
                person = by_address.get(account["email"].lower())
            else:
                person = by_login.get((account["platform"], account["login"]))
            if person is None:
                strangers += 1  # sign-ups of people outside the community
                continue
            merged[account["person"]].append(person)
            if people[person]["kind"] == "human" and account["kind"] != "human":
                wrong_kind.append(person)
            if account["team"] and people[person]["is_team"] == "false":
                wrong_team.append(person)
        false_pairs = [pair for members in merged.values() for pair in itertools.combinations(sorted(members), 2) if pair[0] != pair[1]]
        found = sum(a == b for members in merged.values() for a, b in itertools.combinations(members, 2))
        sizes = collections.Counter(person for members in merged.values() for person in members)
        possible = sum(n * (n - 1) // 2 for n in sizes.values())
        check("different people made one", false_pairs, [])
        check("humans taken for bots", wrong_kind, [])
        check("outsiders taken for the team", wrong_team, [])
        check("accounts known to truth", len(sizes) > 200 and strangers < len(accounts) * 0.8, True)
        print(f"found {found} of {possible} pairs of accounts that are one person")
    finally:
        shutil.rmtree(os.path.dirname(home))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
