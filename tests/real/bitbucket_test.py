#!/usr/bin/env python3
"""Recorded answers of Bitbucket's API, served again to the connector, against what somebody else's program made of the same
(devlake)."""
import json, re
from urllib.parse import parse_qs, urlsplit
from real_data import check, collected, end, members, needs, one, pairs, same_again, second, served, sql, table

REPOSITORY = "owner/recorded"  # what it is called does not matter to anything that is compared


def documents(files, name):
    return [json.loads(row["data"]) for row in table(files, "_raw_bitbucket_api_" + name)]


def by_parent(files, name, path):
    found = {}
    for row in table(files, "_raw_bitbucket_api_" + name):
        found.setdefault(int(re.search(path + r"/(\d+)/comments", row["url"])[1]), []).append(json.loads(row["data"]))
    return found


class Bitbucket:
    """Lists as the API pages them: `next` in the answer, filtered by updated_on and sorted when asked."""

    def __init__(self, lists):
        self.lists, self.address, self.asked = lists, "", []

    def answer(self, _, path, __):
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.asked.append(url.path)
        found = self.lists.get(url.path.removeprefix(f"/2.0/repositories/{REPOSITORY}"))
        if found is None or isinstance(found, dict):
            return found
        if query.get("sort") == "updated_on":
            since = re.search(r"updated_on >= (\S+)", query.get("q", ""))
            found = sorted((i for i in found if not since or second(i["updated_on"]) >= second(since[1])), key=lambda i: i["updated_on"])
        size, page = int(query.get("pagelen", 10)), int(query.get("page", 1))
        answer = {"pagelen": size, "page": page, "size": len(found), "values": found[(page - 1) * size:page * size]}
        if page * size < len(found):
            rest = url.query.replace(f"&page={page}", "")
            answer["next"] = f"{self.address}{url.path}?{rest}&page={page + 1}"
        return answer


def main():
    needs("devlake.tar.xz")
    files = members("devlake.tar.xz", r"devlake/bitbucket/(raw|snapshot)_tables/")
    issues, pulls = documents(files, "issues"), documents(files, "pull_requests")
    said, remarked = by_parent(files, "issue_comments", "issues"), by_parent(files, "pullrequest_comments", "pullrequests")
    check("recorded documents as this script reads them", [len(issues), len(pulls), sum(map(len, said.values())), sum(map(len, remarked.values()))], [30, 57, 28, 18])
    lists = {"": documents(files, "repositories")[0], "/issues": issues, "/pullrequests": pulls, "/forks": [], "/watchers": []}
    lists |= {f"/issues/{i['id']}/comments": said.get(i["id"], []) for i in issues}
    lists |= {f"/pullrequests/{p['id']}/comments": remarked.get(p["id"], []) for p in pulls}
    # Nobody recorded the logs of pull requests: they are served empty. So reviews and times of merging are left to the fixtures.
    lists |= {f"/pullrequests/{p['id']}/activity": [] for p in pulls}
    bitbucket = Bitbucket(lists)
    with served(bitbucket.answer) as address:
        bitbucket.address = address
        with collected("bitbucket", url=address + "/2.0", repo=REPOSITORY) as folder:
            compare(folder, files, issues, pulls, said, remarked)
            # The log is asked for where something ended, comments where there are some: no request that must come back empty.
            ended = {p["id"] for p in pulls if p["state"] != "OPEN"}
            check("logs that were asked for", {int(p.split("/")[-2]) for p in bitbucket.asked if p.endswith("/activity")}, ended)
            check("pull requests whose comments were asked for", {int(p.split("/")[-2]) for p in bitbucket.asked if p.endswith("/comments") and "/pullrequests/" in p},
                  {p["id"] for p in pulls if p["comment_count"]})
            same_again(folder)
    end()


def compare(folder, files, issues, pulls, said, remarked):
    check("nothing is set aside", one(folder, "SELECT count(*) FROM rejected_record"), 0)
    rows = sql(folder, "SELECT a.kind, attributes->>'number' AS number, a.title, coalesce(text, '') AS text, url, login, strftime(happened_at, '%Y-%m-%dT%H:%M:%S') AS happened, "
               "attributes->>'state' AS state, attributes->>'reason' AS reason, coalesce(attributes->>'closed_at', '') AS closed, coalesce(attributes->>'merged_at', '') AS merged, "
               "coalesce(attributes->>'base', '') AS base, coalesce(attributes->>'head', '') AS head, coalesce(attributes->>'merge_commit', '') AS merge_commit, "
               "attributes->>'priority' AS priority, coalesce(attributes->'assignees'->>0, '') AS assignee, attributes->'labels'->>0 AS label "
               "FROM activity a LEFT JOIN account USING (account_id) WHERE a.kind IN ('issue', 'change_request')")
    ours = {(r["kind"], int(r["number"])): r for r in rows}

    theirs = table(files, "issues")
    check("issues", {n for kind, n in ours if kind == "issue"}, {int(i["issue_key"]) for i in theirs})
    recorded = {i["id"]: i for i in issues}
    for i in theirs:
        mine, document = ours["issue", int(i["issue_key"])], recorded[int(i["issue_key"])]
        check(f"issue {i['issue_key']}", (mine["title"], mine["text"], mine["login"], mine["priority"], mine["assignee"], mine["closed"]),
              (i["title"], i["description"].strip() and i["description"], i["creator_name"], i["priority"], i["assignee_name"], i["resolution_date"]))
        # Their word for new is TODO, ours open.
        check(f"state of issue {i['issue_key']}", mine["state"], {"TODO": "open"}[i["status"]])
        # They give the address of the API, we the page's; they leave the kind out and the time too: both against the document.
        check(f"place, kind and time of issue {i['issue_key']}", (mine["url"], mine["label"], mine["happened"]),
              (document["links"]["html"]["href"], document["kind"], second(document["created_on"])))

    theirs = table(files, "pull_requests")
    check("pull requests", {n for kind, n in ours if kind == "change_request"}, {int(p["pull_request_key"]) for p in theirs})
    recorded = {p["id"]: p for p in pulls}
    for p in theirs:
        mine = ours["change_request", int(p["pull_request_key"])]
        # Their dates of merging and closing are empty, also where it is merged: the list does not tell them, and the log, which does,
        # they do not read. Ours are empty for want of a recorded log.
        check(f"pull request {p['pull_request_key']}", (mine["title"], mine["text"], mine["url"], mine["login"], mine["state"].upper(), mine["merged"], mine["closed"], mine["merge_commit"], mine["base"], mine["head"]),
              (p["title"], p["description"], p["url"], p["author_name"], p["status"], p["merged_date"], p["closed_date"], p["merge_commit_sha"], p["base_ref"], p["head_ref"]))
        check(f"time of pull request {p['pull_request_key']}", mine["happened"], second(recorded[int(p["pull_request_key"])]["created_on"]))

    rows = sql(folder, "SELECT regexp_extract(a.url, 'comment-([0-9]+)$', 1) AS id, a.kind, coalesce(a.text, '') AS text, login, strftime(a.happened_at, '%Y-%m-%dT%H:%M:%S') AS happened, "
               "q.kind AS on_kind, q.attributes->>'number' AS on_number FROM activity a LEFT JOIN account USING (account_id) LEFT JOIN activity q ON q.activity_id = a.parent_id WHERE a.kind IN ('comment', 'role')")
    mine = {int(r["id"]): r for r in rows}
    accounts = {a["id"]: a["full_name"] for a in table(files, "accounts")}
    for name, on_kind, key, documents_of in (("issue_comments", "issue", "issue_id", said), ("pull_request_comments", "change_request", "pull_request_id", remarked)):
        theirs = {int(c["id"].split(":")[-1]): c for c in table(files, name)}
        check(name, {i for i, r in mine.items() if r["on_kind"] == on_kind}, set(theirs))
        times = {c["id"]: second(c["created_on"]) for comments in documents_of.values() for c in comments}
        for i, c in theirs.items():
            r = mine[i]
            # A comment without a word is what a change of state or assignee leaves behind. They count it as a comment, we do not.
            kind = "comment" if c["body"].strip() else "role"
            check(f"comment {i}", (r["kind"], r["text"], r["login"], r["on_number"], r["happened"]), (kind, c["body"].strip(), accounts[c["account_id"]], c[key].split(":")[-1], times[i]))

    # They know accounts by Atlassian's id, we by Bitbucket's uuid, which apps and teams have too; their table of it has both.
    check("accounts", pairs(folder, "SELECT native_id, name FROM account"), {a["uuid"]: a["display_name"] for a in table(files, "_tool_bitbucket_accounts")})
    check("kinds of accounts", pairs(folder, "SELECT native_id, kind FROM account"), {a["uuid"]: None for a in table(files, "_tool_bitbucket_accounts")})
    repository = table(files, "repos")[0]
    check("the repository", sql(folder, "SELECT name, url FROM place"), [{"name": repository["name"], "url": repository["url"]}])


main()
