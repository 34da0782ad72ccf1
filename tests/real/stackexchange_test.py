#!/usr/bin/env python3
"""The data dump of one site: what Rapport says of it against counts taken from the XML by this script."""
import tarfile, xml.etree.ElementTree as xml
from collections import Counter
from real_data import DATA, check, end, needs, one, pairs, same_again, synced

DUMP = DATA / "stackexchange-bicycles.meta.tar.xz"


def rows(name):
    with tarfile.open(DUMP) as archive:
        member = next(member for member in archive if member.name.endswith(f"/{name}.xml"))
        return [row.attrib for row in xml.parse(archive.extractfile(member)).getroot()]


def main():
    needs(DUMP.name)
    posts, comments, users, votes = map(rows, ("Posts", "Comments", "Users", "Votes"))
    check("rows as this script reads them", [len(posts), len(comments), len(users), len(votes)], [1446, 2448, 2551, 5671])
    with synced(DUMP) as home:
        for table, want in zip(("post", "comment", "user", "vote"), (posts, comments, users, votes)):
            check(f"rows of {table}", one(home, f"SELECT count(*) FROM stackexchange_{table}"), len(want))
        check("nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)
        kinds = Counter({"1": "question", "2": "answer"}[post["PostTypeId"]] for post in posts if post["PostTypeId"] in "12")
        check("questions and answers", pairs(home, "SELECT kind, count(*) FROM activity WHERE kind IN ('question', 'answer') GROUP BY 1"), dict(kinds))
        check("comments", one(home, "SELECT count(*) FROM activity WHERE kind = 'comment'"), len(comments))
        accepted = {post["AcceptedAnswerId"] for post in posts if "AcceptedAnswerId" in post}
        check("accepted answers", one(home, "SELECT count(*) FROM activity WHERE kind = 'answer' AND (attributes->>'accepted') = 'true'"), len(accepted))
        written = {post["Id"]: post["CreationDate"] for post in posts}
        check("questions with an accepted answer, by year", pairs(home, "SELECT year(answered_at), count(*) FROM thread WHERE answered_at IS NOT NULL GROUP BY 1 ORDER BY 1"),
              dict(sorted(Counter(int(written[answer][:4]) for answer in accepted).items())))
        check("questions without", one(home, "SELECT count(*) FROM thread WHERE answered_at IS NULL"), kinds["question"] - len(accepted))
        names = {"2": "up", "3": "down", "5": "favorite"}
        check("votes", pairs(home, "SELECT attributes->>'reaction', sum(amount)::INT FROM activity WHERE kind = 'reaction' GROUP BY 1"),
              dict(Counter(names[vote["VoteTypeId"]] for vote in votes if vote["VoteTypeId"] in names)))
        check("reactions, one a post, day and kind", one(home, "SELECT count(*) FROM activity WHERE kind = 'reaction'"),
              len({(vote["PostId"], vote["VoteTypeId"], vote["CreationDate"][:10]) for vote in votes if vote["VoteTypeId"] in names}))
        wrote = {post.get("OwnerUserId") or "name/" + post["OwnerDisplayName"] for post in posts if post["PostTypeId"] in "12"}
        wrote |= {comment.get("UserId") or "name/" + comment["UserDisplayName"] for comment in comments}
        check("accounts", one(home, "SELECT count(*) FROM account"), len(wrote))
        check("no mark-up left in titles", one(home, "SELECT count(*) FROM thread WHERE title LIKE '%&quot;%' OR title LIKE '%&#%'"), 0)
        same_again(home)
    end()


main()
