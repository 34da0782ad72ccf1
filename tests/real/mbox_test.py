#!/usr/bin/env python3
"""Archives of two mailing lists: what Rapport says of them against counts taken from the raw files by this script."""
import re, tarfile
from collections import Counter, defaultdict
from email.utils import parsedate_to_datetime
from real_data import DATA, check, end, needs, one, pairs, same_again, synced

ARCHIVE = DATA / "mbox-r-lists-small.tar.xz"
SEPARATOR = re.compile(r"^From .* \w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$")


def mails():
    """(list, header lines unfolded) of each mail, with nothing but the standard library."""
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            if not member.isfile():
                continue
            lines = archive.extractfile(member).read().decode("utf-8", "replace").split("\n")
            for i, line in enumerate(lines):
                if not SEPARATOR.match(line) or (i > 0 and lines[i - 1] != ""):
                    continue
                headers = {}
                for header in re.sub(r"\n[ \t]+", " ", "\n".join(lines[i + 1:lines.index("", i + 1)])).split("\n"):
                    name, _, value = header.partition(":")
                    headers.setdefault(name.strip().lower(), value.strip())
                yield member.name.split("/")[0], headers


def main():
    needs(ARCHIVE.name)
    read = list(mails())
    by_list = Counter(name for name, _ in read)
    check("mails as this script reads them", dict(by_list), {"r-announce": 699, "r-package-devel": 11114})
    with synced(ARCHIVE) as home:
        check("mails", pairs(home, "SELECT list, count(*) FROM mbox_message GROUP BY 1"), dict(by_list))
        ids = defaultdict(set)
        for name, headers in read:
            ids[name].add(headers["message-id"])
        check("Message-IDs", pairs(home, "SELECT list, count(DISTINCT message_id) FROM mbox_message GROUP BY 1"), {name: len(known) for name, known in ids.items()})
        every = Counter(headers["message-id"] for _, headers in read)
        check("one activity each", one(home, "SELECT count(*) FROM activity WHERE kind = 'mail'"), len(every))
        check("repeats are told", one(home, "SELECT sum((attributes->>'copies')::INT - 1)::INT FROM activity WHERE (attributes->>'copies') IS NOT NULL"),
              sum(every.values()) - len(every))
        check("nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)
        years, seen, unread = Counter(), set(), 0
        for _, headers in read:
            if headers["message-id"] in seen:
                continue
            seen.add(headers["message-id"])
            try:
                moment = parsedate_to_datetime(headers["date"])
                years[int(moment.timestamp()) // 86400 // 365] += 1
            except (ValueError, TypeError):
                unread += 1
        check("dates that Python cannot read", unread, 0)
        check("mails by 365 days since 1970", pairs(home, "SELECT (epoch(happened_at)::BIGINT // 86400 // 365)::INT, count(*) FROM activity GROUP BY 1 ORDER BY 1"),
              {**dict(sorted(years.items()))})
        known = {headers["message-id"].strip("<>") for _, headers in read}
        first = {headers["message-id"]: headers for _, headers in reversed(read)}
        answers = sum(1 for headers in first.values() if any(found in known and f"<{found}>" != headers["message-id"] for found in
                      re.findall(r"<([^>]+)>", re.sub(r"\s", "", headers.get("references", "") + headers.get("in-reply-to", "")))))
        check("mails that answer one that is here", one(home, "SELECT count(*) FROM activity WHERE parent_id IS NOT NULL AND (attributes->>'thread') IS NULL"), answers)
        check("parents lie in the same thread", one(home, "SELECT count(*) FROM activity a JOIN activity p ON a.parent_id = p.activity_id WHERE a.thread_id <> p.thread_id"), 0)
        check("threads begin with a mail that answers none that is here, or share one that is missing",
              one(home, "SELECT count(*) FROM thread ANTI JOIN activity USING (thread_id)"), 0)
        same_again(home)
    end()


main()
