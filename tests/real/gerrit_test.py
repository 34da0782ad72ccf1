#!/usr/bin/env python3
"""Recorded pages of `gerrit query` (Perceval's), read as saved files and, put into the words of the REST API, over HTTP; against
counts that this script takes from the pages."""
import json, os, re, tempfile
from datetime import datetime, timezone
from urllib.parse import parse_qs, urlsplit
from real_data import check, collected, end, members, needs, one, pairs, same_again, served, sql

# What a message is, by how it begins. The first patch set is the change itself.
DEEDS = [("opened", r"Uploaded patch set 1[.:]|Patch Set 1: Cherry Picked"), ("uploaded", r"Uploaded patch set|Patch Set \d+: Patch Set \d+ was rebased"), ("merged", r"Change has been successfully"),
         ("changed", r"Removed "), ("review", r"Patch Set \d+: [A-Z][\w-]*[+-]\d"), ("review", r"Patch Set \d+:\n\n\(\d+ comments?\)"), ("comment", r"Patch Set \d+:")]


def deed(message):
    return next(name for name, beginning in DEEDS if re.match(beginning, message))


def rest_form(change, ids):
    """The change as /changes/ sends it: accounts by number, times in UTC with nanoseconds, messages with ids."""
    def time(seconds):
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.000000000")

    def account(who):
        return {"_account_id": ids.setdefault(who["username"], 1000 + len(ids)), **{k: v for k, v in who.items() if v}}

    return {"id": f"{change['project'].replace('/', '%2F')}~{change['number']}", "_number": change["number"], "project": change["project"], "branch": change["branch"],
            "change_id": change["id"], "subject": change["subject"], "status": change["status"], "created": time(change["createdOn"]), "updated": time(change["lastUpdated"]),
            "owner": account(change["owner"]), "revisions": {p["revision"]: {"_number": p["number"]} for p in change["patchSets"]},
            "insertions": change["patchSets"][-1]["sizeInsertions"], "deletions": -change["patchSets"][-1]["sizeDeletions"],
            **({"topic": change["topic"]} if "topic" in change else {}),
            "messages": [{"id": f"{change['number']}-{n}", "author": account(c["reviewer"]), "date": time(c["timestamp"]), "message": c["message"]} for n, c in enumerate(change["comments"])]}


def page_of(changes, path):
    """Newest first, at most `n`, by `before` (whole seconds, that second in) and S=."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    before = re.search(r'before:"([^"]+)"', query["q"])
    found = sorted((c for c in changes if not before or c["updated"] <= before[1] + ".000000000"), key=lambda c: c["updated"], reverse=True)
    start = int(query.get("S", 0))
    page = found[start:start + 1]  # a server may send fewer than it was asked for
    if page and start + 1 < len(found):
        page[-1] = {**page[-1], "_more_changes": True}
    return page


def compare(folder, changes, what):
    check(f"{what}: nothing is set aside", one(folder, "SELECT count(*) FROM rejected_record"), 0)
    rows = sql(folder, "SELECT attributes->>'number' AS number, a.title, login, epoch(happened_at)::BIGINT AS happened, p.name AS project, attributes->>'state' AS state, attributes->>'base' AS base, "
               "attributes->>'topic' AS topic, (attributes->>'patch_sets')::INT AS patch_sets, (attributes->>'additions')::INT AS additions, attributes->>'merged_by' AS merged_by "
               "FROM activity a JOIN account USING (account_id) JOIN place p USING (place_id) WHERE a.kind = 'change_request'")
    mine = {int(r.pop("number")): r for r in rows}
    states = {"MERGED": "merged", "NEW": "open"}
    check(f"{what}: changes", mine, {c["number"]: {
        "title": c["subject"], "login": c["owner"]["username"], "happened": c["createdOn"], "project": c["project"], "state": states[c["status"]], "base": c["branch"], "topic": c.get("topic"),
        "patch_sets": len(c["patchSets"]), "additions": c["patchSets"][-1]["sizeInsertions"],
        "merged_by": next((m["reviewer"]["username"] for m in c["comments"] if deed(m["message"]) == "merged"), None)} for c in changes})
    messages = [(c["number"], m) for c in changes for m in c["comments"]]
    wanted = sorted([n, m["reviewer"]["username"], m["timestamp"], deed(m["message"])] for n, m in messages if deed(m["message"]) != "opened")
    # A vote that is only taken back (-Verified) with words is a comment; none of the recorded ones is without.
    got = sql(folder, "SELECT (q.attributes->>'number')::INT AS number, login, epoch(a.happened_at)::BIGINT AS happened, coalesce(a.attributes->>'role', a.kind) AS deed "
              "FROM activity a JOIN account USING (account_id) JOIN activity q ON q.activity_id = a.parent_id")
    check(f"{what}: messages", sorted(list(r.values()) for r in got), [[n, w, t, "comment" if d == "comment" else d] for n, w, t, d in wanted])
    votes = sorted(v for _, m in messages for v in re.findall(r"[A-Z][\w-]*[+-]\d", re.match(r"Patch Set \d+:([^\n]*)|", m["message"])[1] or ""))
    check(f"{what}: votes", [r["vote"] for r in sql(folder, "SELECT unnest(from_json(attributes->'votes', '[\"VARCHAR\"]')) AS vote FROM activity WHERE kind = 'review' ORDER BY 1")], votes)
    people = {m["reviewer"]["username"] for _, m in messages} | {c["owner"]["username"] for c in changes}
    check(f"{what}: accounts", pairs(folder, "SELECT login, count(*) FROM account GROUP BY 1"), {name: 1 for name in people})
    check(f"{what}: machines", {r["login"] for r in sql(folder, "SELECT login FROM account WHERE kind = 'bot'")}, {name for name in people if re.search("jenkins|zuul", name)})


def main():
    needs("perceval.tar.xz")
    pages = members("perceval.tar.xz", r"data/gerrit/gerrit_reviews_page_[123]$")
    check("recorded pages", len(pages), 3)
    lines = [json.loads(line) for name in sorted(pages) for line in pages[name].decode().splitlines() if line.strip()]
    changes = list({d["number"]: d for d in lines if "number" in d}.values())  # two of them were recorded twice
    check("recorded changes", len(changes), 4)
    with tempfile.TemporaryDirectory() as saved:
        for name, data in pages.items():
            with open(os.path.join(saved, os.path.basename(name) + ".jsonl"), "wb") as out:
                out.write(data)
        with collected("gerrit", path=saved) as folder:
            compare(folder, changes, "saved")
            same_again(folder)
    # Two were recorded again with a date of change at 0, to test something else: over HTTP the newest word of each counts.
    newest = {}
    for d in lines:
        if "number" in d and d["lastUpdated"] >= newest.get(d["number"], d)["lastUpdated"]:
            newest[d["number"]] = d
    ids = {}
    rest = [rest_form(c, ids) for c in newest.values()]
    with served(lambda _, path, __: page_of(rest, path)) as address:
        with collected("gerrit", url=address) as folder:
            compare(folder, list(newest.values()), "over HTTP")
            same_again(folder)
    end()


main()
