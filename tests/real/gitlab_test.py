#!/usr/bin/env python3
"""Recorded answers of GitLab's API, served again to the connector, against what somebody else's program made of the same answers
(devlake), and Perceval's recorded pages against counts that this script takes from them. Every difference is explained."""
import json, os, re
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from real_data import EVERYTHING, check, collected, content, end, members, needs, one, pairs, rapport, second, served, sql, table

PROJECT = "owner/recorded"  # what it is called does not matter to anything that is compared
os.environ["GITLAB_TEST_TOKEN"] = "any"


def answering(lists):
    """An API of GitLab's shape: lists as they were recorded, filtered and sorted as it does; what is not among them is switched off."""
    def answer(_, path, __):
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        found = lists.get(unquote(url.path).removeprefix(f"/api/v4/projects/{PROJECT}"))
        if not isinstance(found, list):
            return found
        key = query.get("order_by", "id")
        if "updated_after" in query:
            found = [i for i in found if i["updated_at"] >= query["updated_after"]]
        found = sorted(found, key=lambda i: i.get(key, 0), reverse=query.get("sort") == "desc")
        page, size = int(query.get("page", 1)), int(query.get("per_page", 20))
        here = found[(page - 1) * size:page * size]
        if page * size >= len(found):
            return here
        more = re.sub(r"&page=\d+", "", path) + f"&page={page + 1}"
        return here, {"Link": f'<{lists["address"]}{more}>; rel="next", <{lists["address"]}{path}>; rel="first"'}
    return answer


def of_project(lists, **settings):
    lists = {"": {"id": 1, "path_with_namespace": PROJECT}, **lists}
    with served(answering(lists)) as address:
        lists["address"] = address
        return collected("gitlab", url=address, project=PROJECT, token="$GITLAB_TEST_TOKEN", **settings)


def id_of(key):  # "gitlab:GitlabIssue:1:42" -> 42
    return int(key.split(":")[-1])


def names(value):  # a list within JSON may come as its text
    return set(json.loads(value) if isinstance(value, str) else value or [])


SUBJECTS = ("SELECT attributes->>'number' AS number, a.kind, a.title, a.text, a.url, login, strftime(happened_at, '%Y-%m-%dT%H:%M:%S') AS happened, attributes->>'state' AS state, "
            "attributes->>'merged_at' AS merged, attributes->>'closed_at' AS closed, attributes->>'base' AS base, attributes->>'head' AS head, attributes->'labels' AS labels, "
            "attributes->'assignees' AS assignees FROM activity a LEFT JOIN account USING (account_id) WHERE a.kind IN ('issue', 'change_request')")


def devlake_subjects(files):
    def raw(name):
        return [json.loads(row["data"]) for row in table(files, "_raw_gitlab_api_" + name)]

    issues, changes, people = raw("issues"), raw("merge_requests"), raw("users")
    with of_project({"/issues": issues, "/merge_requests": changes, "/members/all": people}, streams="issues,merge_requests,members", reactions="none") as folder:
        check("nothing of devlake's is set aside", one(folder, "SELECT count(*) FROM rejected_record"), 0)
        rows = sql(folder, SUBJECTS)
        ours = {kind: {int(r["number"]): r for r in rows if r["kind"] == kind} for kind in ("issue", "change_request")}

        theirs = table(files, "issues")
        check("issues", set(ours["issue"]), {int(i["issue_key"]) for i in theirs})
        for i in theirs:
            mine = ours["issue"][int(i["issue_key"])]
            # Their status is one word for all trackers: what is closed is DONE. GitLab's "opened" is called open here.
            check(f"issue {i['issue_key']}", (mine["title"], mine["text"] or "", mine["url"], mine["login"], mine["happened"], {"open": "TODO", "closed": "DONE"}[mine["state"]], second(mine["closed"] or "")),
                  (i["title"], i["description"], i["url"], i["creator_name"], second(i["created_date"]), i["status"], second(i["resolution_date"])))
        number = {i["id"]: i["iid"] for i in issues}
        labels, assignees = {}, {}
        for row in table(files, "issue_labels"):
            labels.setdefault(number[id_of(row["issue_id"])], set()).add(row["label_name"])
        for row in table(files, "issue_assignees"):
            assignees.setdefault(number[id_of(row["issue_id"])], set()).add(row["assignee_name"])
        check("labels of issues", {n: names(r["labels"]) for n, r in ours["issue"].items() if r["labels"]}, labels)
        check("assignees of issues", {n: names(r["assignees"]) for n, r in ours["issue"].items() if r["assignees"]}, assignees)

        theirs = table(files, "pull_requests")
        check("changes", set(ours["change_request"]), {int(p["pull_request_key"]) for p in theirs})
        for p in theirs:
            mine = ours["change_request"][int(p["pull_request_key"])]
            check(f"change {p['pull_request_key']}", (mine["title"], mine["text"] or "", mine["url"], mine["login"], mine["happened"], mine["state"].upper(), second(mine["merged"] or ""), second(mine["closed"] or ""), mine["base"], mine["head"]),
                  (p["title"], p["description"], p["url"], p["author_name"], second(p["created_date"]), p["status"], second(p["merged_date"]), second(p["closed_date"]), p["base_ref"], p["head_ref"]))
        number = {p["id"]: p["iid"] for p in changes}
        labels = {}
        for row in table(files, "pull_request_labels"):
            labels.setdefault(number[id_of(row["pull_request_id"])], set()).add(row["label_name"])
        check("labels of changes", {n: names(r["labels"]) for n, r in ours["change_request"].items() if r["labels"]}, labels)

        # Their accounts are the members of the project; ours are those and whoever opened something.
        theirs = {(a["user_name"], a["full_name"]) for a in table(files, "accounts")}
        mine = {(r["login"], r["name"]) for r in sql(folder, "SELECT login, name FROM account")}
        check("accounts of members", theirs <= mine, True)
        check("further accounts are authors", {login for login, _ in mine - theirs}, {i["author"]["username"] for i in issues + changes} - {login for login, _ in theirs})
        check("members", one(folder, "SELECT count(*) FROM activity WHERE kind = 'role'"), len(people))


def devlake_notes(files):
    """Another test of theirs: fewer merge requests, with their notes."""
    changes = [json.loads(row["data"]) for row in table(files, "_raw_gitlab_api_merge_requests_for_mr_notes_test")]
    lists = {"/merge_requests": changes, **{f"/merge_requests/{c['iid']}/notes": [] for c in changes}}
    for row in table(files, "_raw_gitlab_api_merge_request_notes"):
        lists[f"/merge_requests/{json.loads(row['input'])['Iid']}/notes"].append(json.loads(row["data"]))
    with of_project(lists, streams="merge_requests,merge_request_notes", notes="all", reactions="none") as folder:
        check("no note is set aside", one(folder, "SELECT count(*) FROM rejected_record"), 0)
        ours = {int(r["id"]): r for r in sql(folder, "SELECT regexp_extract(a.url, 'note_([0-9]+)$', 1) AS id, a.kind, a.text, login, strftime(happened_at, '%Y-%m-%dT%H:%M:%S') AS happened, t.title AS thread, "
                "attributes->>'state' AS state, attributes->>'role' AS role FROM activity a JOIN thread t USING (thread_id) LEFT JOIN account USING (account_id) WHERE a.kind IN ('comment', 'review', 'role')")}
        titles = {c["iid"]: c["title"] for c in changes}
        by_whom = {int(n["gitlab_id"]): n for n in table(files, "_tool_gitlab_mr_notes")}
        comments = {id_of(c["id"]): c for c in table(files, "pull_request_comments")}
        # An approval is a system note that they keep as a comment; here it is a review, and its words are its state.
        words = {"approved": "approved this merge request", "unapproved": "unapproved this merge request"}
        for note, theirs in comments.items():
            mine, tool = ours[note], by_whom[note]
            said = words[mine["state"]] if tool["is_system"] == "1" else mine["text"]
            check(f"note {note}", (mine["kind"], said, mine["happened"], mine["login"], mine["thread"]),
                  ("review" if tool["is_system"] == "1" else "comment", theirs["body"], second(theirs["created_date"]), tool["author_username"], titles[int(tool["merge_request_iid"])]))
        # Of the other system notes they keep nothing beyond their raw layer; here "merged" is a role, all else is in attributes of the
        # change (assignees, labels) or in git (commits).
        rest = {note: n for note, n in by_whom.items() if note not in comments}
        check("system notes", {(note, r["role"]) for note, r in ours.items() if note not in comments}, {(note, "merged") for note, n in rest.items() if n["body"] == "merged"})
        check("notes altogether", len(by_whom), 26)
        before = content(folder, EVERYTHING)
        rapport(folder, "replay")
        check("a replay says the same", content(folder, EVERYTHING), before)


def perceval():
    """Four issues on two pages, three merge requests, notes and emoji. People and numbers are anonymous there: the notes of each issue
    begin at 1 again, which no GitLab does, so they are numbered anew; only the first issue's emoji are recorded."""
    files = {Path(name).name: json.loads(data) for name, data in members("perceval.tar.xz", r"data/gitlab/(issue_page|merge_page|notes|emoji)[_0-9]*$").items() if data.strip()}
    issues, changes = files["issue_page_1"] + files["issue_page_2"], files["merge_page_1"] + files["merge_page_2"]
    lists = {"/issues": issues, "/merge_requests": changes}
    for thing, path in [(i, "/issues") for i in issues] + [(c, "/merge_requests") for c in changes]:
        lists[f"{path}/{thing['iid']}/award_emoji"] = files["emoji"] if thing is issues[0] else []
        lists[f"{path}/{thing['iid']}/notes"] = files[f"notes_{thing['iid']}"] if path == "/issues" else []
    notes = [n for k, found in lists.items() if k.endswith("/notes") for n in found]
    for number, note in enumerate(notes, 1):
        note["id"] = number
    people = sum(not n["system"] for n in notes)
    check("pages as this script reads them", (len(issues), len(changes), len(notes), people, len(files["emoji"])), (4, 3, 5, 2, 2))

    streams = "projects,issues,merge_requests,issue_notes,merge_request_notes,releases,starrers"
    with of_project(lists, streams=streams, notes="all", reactions="names") as folder:
        # Of the three system notes two say that an issue was closed; the third, that one was moved, gives no activity.
        closed = sum(n["system"] and re.match(r"closed( via .*)?$", n["body"]) is not None for n in notes)
        check("kinds", {"role": 0, **pairs(folder, "SELECT kind, count(*) FROM activity GROUP BY 1")},
              {"issue": len(issues), "change_request": len(changes), "comment": people, "reaction": len(files["emoji"]), "role": closed})
        check("reactions", pairs(folder, "SELECT attributes->>'reaction', strftime(happened_at, '%Y-%m-%dT%H:%M:%S') FROM activity WHERE kind = 'reaction'"),
              {{"thumbsup": "+1"}.get(e["name"], e["name"]): second(e["created_at"]) for e in files["emoji"]})
        # Their merged changes of 2014 come without a date of merging; the state is what is known.
        check("states of changes", pairs(folder, "SELECT attributes->>'state', count(*) FROM activity WHERE kind = 'change_request' GROUP BY 1"), {"merged": len(changes)})
        check("lists that are switched off are said to be", sorted(r["position"] for r in sql(folder, "SELECT position FROM rejected_record")), [f"releases of {PROJECT}", f"stars of {PROJECT}"])
    # Without names of reactions and with people's notes only, issues that nobody commented on are not asked about.
    asked = []
    lists = {"": {"id": 1, "path_with_namespace": PROJECT}, **lists}
    def answer(method, path, body):
        asked.append(urlsplit(path).path)
        return answering(lists)(method, path, body)
    with served(answer) as address:
        lists["address"] = address
        with collected("gitlab", url=address, project=PROJECT, streams="issue_notes") as folder:
            check("comments", one(folder, "SELECT count(*) FROM activity WHERE kind = 'comment'"), people)
            check("issues asked about", {p.split("/")[-2] for p in asked if p.endswith("/notes")}, {str(i["iid"]) for i in issues if i["user_notes_count"]})


def main():
    needs("devlake.tar.xz", "perceval.tar.xz")
    files = members("devlake.tar.xz", r"devlake/gitlab/(raw|snapshot)_tables/")
    devlake_subjects(files)
    devlake_notes(files)
    perceval()
    end()


main()
