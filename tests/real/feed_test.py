#!/usr/bin/env python3
"""Real feeds of all formats, some broken: what Rapport says of them against what Python's own XML and date readers find."""
import tarfile, tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

from real_data import DATA, check, end, need, one, rapport, sql

DATES = ["published", "pubDate", "issued", "date", "created", "updated", "modified"]  # the order in which feeds are believed


def local(tag):
    return tag.split("}")[-1]


def read(data):
    """The root, or None where it is no XML. The one file without a declared encoding is in Latin-1."""
    for text in (data, data.decode("cp1252", "replace")):
        try:
            return ET.fromstring(text)
        except ET.ParseError:
            continue
    return None


def moment(text):
    text = " ".join(text.split())
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        time = parsedate_to_datetime(text)
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def facts(item):
    """Id, instant and link of one item."""
    texts, links = {}, []
    for child in item:
        texts.setdefault(local(child.tag), (child.text or "").strip())
        if local(child.tag) == "link":
            links.append(child.get("href") or (child.text or "").strip())
    about = next((value for key, value in item.attrib.items() if local(key) == "about"), None)
    name = texts.get("guid") or texts.get("id") or about or (links[0] if links else None) or ET.tostring(item)
    date = next((texts[key] for key in DATES if texts.get(key)), None)
    return name, date and moment(date)


def main():
    archive_path = need(DATA / "feeds.tar.xz")
    feeds, lists, unreadable = {}, set(), set()
    with tarfile.open(archive_path) as archive:
        for member in archive:
            if not member.isfile() or Path(member.name).suffix not in (".xml", ".opml"):
                continue
            root = read(archive.extractfile(member).read())
            if root is None or local(root.tag) == "not-opml":
                unreadable.add(member.name)
            elif local(root.tag) == "opml":
                lists.add(member.name)
            else:
                feeds[member.name] = [facts(e) for e in root.iter() if local(e.tag) in ("item", "entry")]
    with tempfile.TemporaryDirectory() as home:
        rapport(home, "init", home, "-q")
        rapport(home, "add", archive_path, "-q")
        rapport(home, "sync", "-q")
        check("it is recognised", one(home, "SELECT connector FROM source"), "feed")
        check("feeds", one(home, "SELECT count(*) FROM raw_record WHERE starts_with(record_id, 'feed ')"), len(feeds))
        check("feeds are 24", len(feeds), 24)
        items = Counter({row["f"]: row["n"] for row in sql(home, "SELECT json->>'feed' AS f, count(*) AS n FROM raw_record WHERE NOT starts_with(record_id, 'feed ') GROUP BY 1")})
        for name, found in sorted(feeds.items()):
            check(f"items of {name}", items[name], len({item for item, _ in found}))
        got = {(row["f"], row["t"]): row["n"] for row in sql(home, """
            SELECT r.json->>'feed' AS f, strftime(a.happened_at, '%Y-%m-%dT%H:%M:%S') AS t, count(*) AS n FROM activity a JOIN source s USING (source_id)
            JOIN raw_record r ON a.record_key = stable_id(s.name || '/' || r.stream || '/' || r.record_id) WHERE a.kind = 'post' GROUP BY ALL""")}
        want = Counter((name, date) for name, found in feeds.items() for date in dict(found).values() if date)
        check("posts and their instants, feed by feed", {key: value for key, value in got.items() if want[key] != value} or dict(want), dict(want))
        check("items without a date are set aside", one(home, "SELECT count(*) FROM rejected_record WHERE reason = 'the item has no date'"),
              sum(date is None for found in feeds.values() for date in dict(found).values()))
        check("lists are named as such", one(home, "SELECT count(*) FROM rejected_record WHERE reason LIKE 'a list of feeds%'"), len(lists))
        check("nothing else is set aside but what no XML reader takes", {row["p"].removeprefix("feed ") for row in sql(
            home, "SELECT position AS p FROM rejected_record WHERE reason NOT LIKE 'a list of feeds%' AND reason <> 'the item has no date'")}, unreadable)
        check("Cyrillic out of windows-1251", one(home, "SELECT count(*) > 40 FROM activity JOIN place USING (place_id) WHERE place.name ILIKE 'ibash%' AND regexp_matches(text, '[а-яА-Я]{3}')"), True)
        check("nothing garbled", one(home, "SELECT count(*) FROM activity WHERE contains(coalesce(title, '') || coalesce(text, ''), chr(65533))"), 0)
        for table in ("activity", "rejected_record"):
            before = one(home, f"SELECT count(*) FROM {table}")
            rapport(home, "sync", "-q")
            rapport(home, "replay", "-q")
            check(f"a second sync and a replay leave {table}", one(home, f"SELECT count(*) FROM {table}"), before)
    end()


main()
