#!/usr/bin/env python3
"""Documents that Perceval tests its own readers with (mail, feeds, git repositories, saved forum topics), against what this script
reads out of them by other means: Python's parsers and git itself."""
import email, email.utils, glob, json, os, re, subprocess, tarfile, tempfile
from xml.etree import ElementTree
from real_data import DATA, check, end, needs, one, rapport, same_again, sql, synced


def mails(folder):
    """Message-IDs and instants of every mail, by Python's email; a mail begins at a line "From … <year>"."""
    out = []
    for path in sorted(glob.glob(f"{folder}/*.mbox")):
        text = "\n" + open(path, encoding="latin-1").read()
        for part in re.split(r"\nFrom [^\n]*\d{4}\n", text)[1:]:
            mail = email.message_from_string(part)
            if mail["Message-ID"] or mail["From"]:
                out.append((mail["Message-ID"], mail["Date"]))
    return out


def commits(archive, folder):
    """Commits and tags of the repository in an archive, by git."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    name = os.listdir(folder)[0]
    said = subprocess.run(["git", "-c", "safe.directory=*", "-C", f"{folder}/{name}", "log", "--all", "--format=%H"], capture_output=True, text=True)
    return len(set(said.stdout.split()))


def main():
    needs("perceval.tar.xz")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(DATA / "perceval.tar.xz") as tar:
        tar.extractall(folder, filter="data")
        data = f"{folder}/data"

        wanted = mails(f"{data}/mbox")
        with synced(f"{data}/mbox") as home:
            ids = {i.strip("<> \n") for i, _ in wanted if i}
            check("mail: Message-IDs", one(home, "SELECT count(DISTINCT message_id) FROM mbox_message WHERE NOT starts_with(message_id, 'none/')"), len(ids))
            check("mail: nothing is lost", one(home, "SELECT (SELECT count(*) FROM mbox_message) + (SELECT count(*) FROM rejected_record)"), len(wanted))
            instants = sorted({int(when.timestamp()) for when in (email.utils.parsedate_to_datetime(d) for i, d in wanted if i and d and not re.search(r"\+9|^Invalid|-1000", d)) if when.tzinfo})
            got = {row["s"] for row in sql(home, "SELECT epoch(happened_at)::BIGINT AS s FROM activity")}
            check("mail: instants that Python can read", [i for i in instants if i not in got], [])
            same_again(home)

        rss = ElementTree.parse(f"{data}/rss/rss_entries.xml").getroot()
        with synced(f"{data}/rss/rss_entries.xml") as home:
            check("feed: entries", one(home, "SELECT count(*) FROM activity"), sum(1 for e in rss.iter() if e.tag.split("}")[-1] in ("item", "entry")))
            check("feed: nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)

        for archive in sorted(glob.glob(f"{data}/git/*.tar.gz")):
            name = os.path.basename(archive).removesuffix(".tar.gz")
            if name == "gitalternates":  # its objects lie in another folder of the machine that made it: it has nothing of its own
                continue
            with tempfile.TemporaryDirectory() as where:
                count = commits(archive, where)
            with synced(archive) as home:
                check(f"git: commits of {name}", one(home, "SELECT count(*) FROM activity WHERE kind = 'commit'"), count)

        os.mkdir(f"{folder}/topics")
        posts = set()  # by id: two of the topics hold copies of another's
        for path in glob.glob(f"{data}/discourse/discourse_topic_*.json"):
            topic = json.load(open(path))
            posts |= {post["id"] for post in topic["post_stream"]["posts"]}
            os.rename(path, f"{folder}/topics/{topic['id']}.json")
        with synced(f"{folder}/topics") as home:
            check("forum: topics", one(home, "SELECT count(*) FROM thread"), len(os.listdir(f"{folder}/topics")))
            check("forum: posts", one(home, "SELECT count(*) FROM activity WHERE attributes->>'post' IS NOT NULL"), len(posts))
            same_again(home)
    end()


main()
