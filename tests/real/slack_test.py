#!/usr/bin/env python3
"""A real Slack export: what Rapport says of it against counts taken from its files by this script."""
import json, re, sys, tarfile, tempfile
from collections import Counter
from pathlib import Path

from real_data import DATA, check, end, need, one, rapport, sql

NOTICES = {"channel_purpose", "channel_archive", "channel_leave", "channel_name", "channel_topic", "bot_add", "pinned_item"}


def main():
    export = need(DATA / "slack-houston.tar.xz")
    messages, users, channels = [], [], []
    with tarfile.open(export) as archive:
        for member in archive:
            name = Path(member.name)
            if name.name == "users.json":
                users = json.load(archive.extractfile(member))
            elif name.name == "channels.json":
                channels = json.load(archive.extractfile(member))
            elif re.fullmatch(r"\d{4}-\d\d-\d\d\.json", name.name):
                messages += [(name.parent.name, message) for message in json.load(archive.extractfile(member))]
    with tempfile.TemporaryDirectory() as home:
        rapport(home, "init", home, "-q")
        rapport(home, "add", export, "-q")
        rapport(home, "sync", "-q")
        check("it is recognised", one(home, "SELECT connector FROM source"), "slack")
        check("messages", one(home, "SELECT count(*) FROM raw_record WHERE stream = 'messages'"), 1382)
        check("messages as this script reads them", len(messages), 1382)
        check("users", one(home, "SELECT count(*) FROM account"), len(users))
        check("users are 71", len(users), 71)
        check("channels", one(home, "SELECT count(*) FROM place"), 16)
        check("channels as this script reads them", len(channels), 16)
        check("nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)
        kinds = Counter("join" if m.get("subtype") == "channel_join" else "moderation" if m.get("subtype") in NOTICES else "message" for _, m in messages)
        kinds["reaction"] = sum(len(r["users"]) for _, m in messages for r in m.get("reactions", []))
        got = {row["kind"]: row["n"] for row in sql(home, "SELECT kind, count(*) AS n FROM activity GROUP BY kind")}
        check("kinds", got, dict(kinds))
        check("reactions counted", one(home, "SELECT sum(amount)::BIGINT FROM activity WHERE kind = 'reaction'"),
              sum(r["count"] for _, m in messages for r in m.get("reactions", [])))
        per_channel = Counter(channel for channel, _ in messages)
        got = {row["name"]: row["n"] for row in sql(home, "SELECT place.name, count(*) AS n FROM activity JOIN place USING (place_id) WHERE activity.kind <> 'reaction' GROUP BY place.name")}
        check("messages of each channel", got, dict(per_channel))
        writers = Counter(m.get("user") or m.get("comment", {}).get("user") for _, m in messages)
        got = {row["id"]: row["n"] for row in sql(home, "SELECT native_id AS id, count(*) AS n FROM activity JOIN account USING (account_id) WHERE activity.kind <> 'reaction' GROUP BY 1")}
        check("messages of each person", got, dict(writers))
        seconds = sorted(int(float(m["ts"])) for _, m in messages)
        span = sql(home, "SELECT epoch(min(happened_at))::BIGINT AS a, epoch(max(happened_at))::BIGINT AS b FROM activity")[0]
        check("first and last message", abs(span["a"] - seconds[0]) + abs(span["b"] - seconds[-1]) <= 1, True)
        check("no id of a known user left in a text", one(home, "SELECT count(*) FROM activity WHERE regexp_matches(text, '<@U[A-Z0-9]+')"), 0)
        before = one(home, "SELECT sum(hash(a)::HUGEINT)::VARCHAR FROM (SELECT * FROM activity) a")
        rapport(home, "sync", "-q")
        rapport(home, "replay", "-q")
        check("a second sync and a replay say the same", one(home, "SELECT sum(hash(a)::HUGEINT)::VARCHAR FROM (SELECT * FROM activity) a"), before)
    end()


main()
