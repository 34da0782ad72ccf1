#!/usr/bin/env python3
"""A list of 6,831 entries of conferences, 2013 to 2027: what Rapport makes of it against a count of the same files."""
import json, tarfile

from real_data import DATA, check, end, needs, one, pairs, same_again, synced


def text(entry, field):
    return (entry.get(field) or "").strip()


def main():
    needs("conferences.tar.xz")
    entries, conferences = 0, {}
    with tarfile.open(DATA / "conferences.tar.xz") as archive:
        for member in archive:
            if not member.name.endswith(".json"):
                continue
            topic = member.name.rsplit("/", 1)[1][:-5]
            for entry in json.load(archive.extractfile(member)):
                entries += 1
                key = (text(entry, "name").lower(), entry["startDate"], text(entry, "city").lower())
                conferences.setdefault(key, []).append((topic, entry))
    check("entries are those that were announced", entries, 6831)
    with synced(DATA / "conferences.tar.xz") as home:
        check("it is recognised", one(home, "SELECT connector FROM source"), "conferences")
        check("entries", one(home, "SELECT sum(json_array_length(json->'listed')) FROM raw_record"), entries)
        check("nothing is set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)
        check("conferences", one(home, "SELECT count(*) FROM activity"), len(conferences))
        by_year = {}
        for _, start, _ in conferences:
            by_year[start[:4]] = by_year.get(start[:4], 0) + 1
        check("by year", pairs(home, "SELECT strftime(happened_at, '%Y'), count(*) FROM activity GROUP BY 1"), by_year)
        calls = sum(any(text(e, "cfpEndDate") for _, e in listed) for listed in conferences.values())
        check("calls for papers with an end", one(home, "SELECT count(*) FROM activity WHERE attributes->>'cfp_ends_on' IS NOT NULL"), calls)
        check("topics", one(home, "SELECT sum(json_array_length(attributes->'topics')) FROM activity"),
              sum(len({topic for topic, _ in listed}) for listed in conferences.values()))
        # One name has a capital I with a dot, which Python lowers to two characters and the store to one.
        check("names", one(home, "SELECT count(*) FROM place"), len({"".join(c[:1] for c in map(str.lower, text(listed[0][1], "name"))) for listed in conferences.values()}))
        check("threads", one(home, "SELECT count(*) FROM thread"), len(conferences))
        same_again(home)
    end()


main()
