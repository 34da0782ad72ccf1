#!/usr/bin/env python3
"""Recorded pages of GitHub's API, served again to the connector, against what somebody else's program made of the same pages
(devlake), and the webhooks' and Perceval's documents against counts that this script takes from them."""
import hashlib, hmac, json, os, re, tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from real_data import check, collected, end, members, needs, one, pairs, second, served, sql, table

REPOSITORY = "owner/recorded"  # what it is called does not matter to anything that is compared
os.environ["GITHUB_TEST_TOKEN"] = "any"


def review_node(review):
    who = review["user"]
    return {"databaseId": review["id"], "url": review["html_url"], "state": review["state"], "body": review["body"], "submittedAt": review["submitted_at"],
            "author": who and {"__typename": who["type"], "login": who["login"]}, "authorAssociation": review["author_association"]}


def pull_node(pull, reviews):
    who = pull["user"]
    return {"number": pull["number"], "url": pull["html_url"], "title": pull["title"], "body": pull["body"], "state": "MERGED" if pull["merged_at"] else pull["state"].upper(),
            "createdAt": pull["created_at"], "updatedAt": pull["updated_at"], "closedAt": pull["closed_at"], "mergedAt": pull["merged_at"],
            "author": who and {"__typename": who["type"], "login": who["login"]}, "baseRefName": pull["base"]["ref"], "headRefName": pull["head"]["ref"],
            "labels": {"nodes": []}, "reviews": {"pageInfo": {"hasNextPage": False}, "nodes": [review_node(r) for r in reviews]}}


def of_repository(lists, pulls, streams):
    """Collected from an API of GitHub's shape: REST lists as they were recorded, pull requests by GraphQL out of the recorded REST ones."""
    def answer(method, path, _):
        if method == "POST":
            nodes = sorted(pulls, key=lambda p: p["updatedAt"], reverse=True)
            return {"data": {"repository": {"pullRequests": {"pageInfo": {"hasNextPage": False}, "nodes": nodes}}}}
        url = urlsplit(path)
        since = parse_qs(url.query).get("since", [""])[0]
        return sorted((i for i in lists.get(url.path.removeprefix(f"/repos/{REPOSITORY}"), []) if i["updated_at"] >= since), key=lambda i: i["updated_at"])

    with served(answer) as address:
        return collected("github", url=address, repo=REPOSITORY, token="$GITHUB_TEST_TOKEN", streams=streams, reactions="none")


def devlake():
    files = members("devlake.tar.xz", r"devlake/github/(raw|snapshot)_tables/")

    def raw(name):  # a record may have been fetched twice: the last word counts
        return list({d["id"]: d for d in (json.loads(row["data"]) for row in table(files, "_raw_github_api_" + name))}.values())

    issues, comments, pulls, lines = raw("issues"), raw("comments"), raw("pull_requests"), raw("pull_request_review_comments")
    reviews = {}
    for row in table(files, "_raw_github_api_pull_request_reviews"):
        review = json.loads(row["data"])
        reviews.setdefault(int(re.search(r"/pulls/(\d+)/", row["url"])[1]), {})[review["id"]] = review
    nodes = [pull_node(p, reviews.get(p["number"], {}).values()) for p in pulls]
    home = of_repository({"/issues": issues, "/issues/comments": comments, "/pulls/comments": lines}, nodes, "issues,pulls,comments,review_comments")
    with home as folder:
        check("nothing of devlake's is set aside", one(folder, "SELECT count(*) FROM rejected_record"), 0)
        ours = {int(r["number"]): r for r in sql(folder, "SELECT attributes->>'number' AS number, a.kind, a.title, login, strftime(happened_at, '%Y-%m-%dT%H:%M:%S') AS happened, "
                "attributes->>'state' AS state, attributes->>'merged_at' AS merged, attributes->>'closed_at' AS closed, attributes->>'base' AS base, "
                "attributes->>'head' AS head, attributes->'labels' AS labels FROM activity a LEFT JOIN account USING (account_id) WHERE a.kind IN ('issue', 'change_request')")}
        theirs = table(files, "issues")
        check("devlake's issues", {int(i["issue_key"]) for i in theirs} <= {n for n, r in ours.items() if r["kind"] == "issue"}, True)
        # Their table leaves out the issues that are pull requests; nothing else may be more or less.
        check("issues that are no pull requests", {n for n, r in ours.items() if r["kind"] == "issue"}, {i["number"] for i in issues if "pull_request" not in i})
        check("number of issues", len(theirs), sum(r["kind"] == "issue" for r in ours.values()))
        for i in theirs:
            mine = ours[int(i["issue_key"])]
            check(f"issue {i['issue_key']}", (mine["title"], mine["login"], mine["happened"], mine["state"], second(mine["closed"] or "")),
                  (i["title"], i["creator_name"], second(i["created_date"]), i["original_status"], second(i["resolution_date"])))
        labels = {}
        for row in table(files, "issue_labels"):
            labels.setdefault(row["issue_id"].split(":")[-1], set()).add(row["label_name"])
        numbers = {str(i["id"]): i["number"] for i in issues}
        check("labels", {n: set(json.loads(r["labels"]) if isinstance(r["labels"], str) else r["labels"]) for n, r in ours.items() if r["kind"] == "issue" and r["labels"]},
              {numbers[i]: l for i, l in labels.items()})
        theirs = table(files, "pull_requests")
        # Of the recorded pull requests they have those of their table; ours are more by the issues that are pull requests and were
        # recorded only as issues.
        extra = {n for n, r in ours.items() if r["kind"] == "change_request"} - {int(p["pull_request_key"]) for p in theirs}
        known = {p["number"] for p in pulls}
        check("further changes are recorded ones", extra <= known | {i["number"] for i in issues if "pull_request" in i}, True)
        for p in theirs:
            mine = ours[int(p["pull_request_key"])]
            check(f"change {p['pull_request_key']}", (mine["title"], mine["login"], mine["happened"], (mine["state"] or "").upper(), second(mine["merged"] or ""), second(mine["closed"] or ""), mine["base"], mine["head"]),
                  (p["title"], p["author_name"], second(p["created_date"]), p["status"], second(p["merged_date"]), second(p["closed_date"]), p["base_ref"], p["head_ref"]))
        said = {r["id"]: r for r in sql(folder, "SELECT regexp_extract(a.url, '[0-9]+$') AS id, a.kind, a.url, login, strftime(happened_at, '%Y-%m-%dT%H:%M:%S') AS happened, "
                "attributes->>'state' AS state, attributes->>'commit' AS commit FROM activity a LEFT JOIN account USING (account_id) WHERE a.kind IN ('comment', 'review')")}
        tools = table(files, "_tool_github_issue_comments") + table(files, "_tool_github_pull_request_comments")
        for c in tools:
            mine = said.get(c["github_id"], {})
            # They keep nobody as the empty name.
            check(f"comment {c['github_id']}", (mine.get("kind"), mine.get("login") or "", mine.get("happened")), ("comment", c["author_username"], second(c["github_created_at"])))
        # A comment whose issue was not recorded is none of theirs; it is one of ours, because it says where it belongs.
        mine = {i for i, r in said.items() if r["kind"] == "comment"}
        check("comments", mine, {str(c["id"]) for c in comments + lines})
        theirs = table(files, "_tool_github_pull_request_reviews")
        for r in theirs:
            mine = said.get(r["github_id"], {})
            check(f"review {r['github_id']}", (mine.get("kind"), mine.get("login") or "", mine.get("happened"), mine.get("state")), ("review", r["author_username"], second(r["github_submit_at"]), r["state"].lower()))
        all_reviews = {str(i) for n, of_one in reviews.items() if n in known for i in of_one}
        check("reviews", {i for i, r in said.items() if r["kind"] == "review"}, all_reviews)


def webhooks():
    """Every payload of the published examples, signed as GitHub signs."""
    examples = next(json.loads(v) for v in members("github-payloads.tar.xz", r"octokit-webhooks-examples/api.github.com/index.json$").values())
    deliveries = [(event["name"], payload) for event in examples for payload in event["examples"]]
    check("payloads as this script reads them", len(deliveries), 329)
    with tempfile.TemporaryDirectory() as saved:
        with open(f"{saved}/all.jsonl", "w") as out:
            for number, (event, payload) in enumerate(deliveries):
                body = json.dumps(payload)
                secret = b"known" if number % 10 else b"guessed"
                headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": str(number), "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()}
                out.write(json.dumps({"headers": headers, "body": body}) + "\n")
        os.environ["GITHUB_TEST_SECRET"] = "known"
        with collected("github", webhooks=saved, webhook_secret="$GITHUB_TEST_SECRET") as folder:
            forged = len(range(0, len(deliveries), 10))
            check("forged ones are set aside", one(folder, "SELECT count(*) FROM rejected_record WHERE reason LIKE 'the signature is wrong%'"), forged)
            check("nothing else is", one(folder, "SELECT count(*) FROM rejected_record"), forged)
            check("the others are kept", one(folder, "SELECT count(*) FROM raw_record"), len(deliveries) - forged)
            good = [d for number, d in enumerate(deliveries) if number % 10]
            expected = {kind: {(p["repository"]["full_name"].lower(), p[member]["id"]) for e, p in good if e in events and p.get("action") not in gone}
                        for kind, member, events, gone in [("review", "review", ("pull_request_review",), ()), ("fork", "forkee", ("fork",), ())]}
            counts = pairs(folder, "SELECT kind, count(*) FROM activity GROUP BY 1")
            check("reviews and forks", {kind: counts.get(kind, 0) for kind in expected}, {kind: len(ids) for kind, ids in expected.items()})


def perceval():
    """One recorded page of issues and what belongs to them; people and texts are anonymous there."""
    files = {Path(name).name: json.loads(data) for name, data in members("perceval.tar.xz", r"data/github/github_(request|issue_comments_[12]|request_pull_request_1_comments)$").items() if data.strip()}
    issues, comments = files["github_request"], files.get("github_issue_comments_1", []) + files.get("github_issue_comments_2", [])
    with of_repository({"/issues": issues, "/issues/comments": comments}, [], "issues,comments") as folder:
        check("perceval's issues", pairs(folder, "SELECT kind, count(*) FROM activity WHERE kind IN ('issue', 'change_request') GROUP BY 1"),
              {kind: n for kind, n in {"issue": sum("pull_request" not in i for i in issues), "change_request": sum("pull_request" in i for i in issues)}.items() if n})
        check("perceval's comments", one(folder, "SELECT count(*) FROM activity WHERE kind = 'comment'"), len({c["id"] for c in comments}))
        check("nothing of perceval's is set aside", one(folder, "SELECT count(*) FROM rejected_record"), 0)


def main():
    needs("devlake.tar.xz", "github-payloads.tar.xz", "perceval.tar.xz")
    devlake()
    webhooks()
    perceval()
    end()


main()
