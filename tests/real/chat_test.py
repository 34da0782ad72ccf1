#!/usr/bin/env python3
"""Real saved chats (Zulip, Discord, Telegram): what Rapport says of them against counts taken from the files by this script."""
import json, tarfile, tempfile
from collections import Counter, defaultdict
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote

from real_data import DATA, check, end, need, one, rapport, sql

PILES = {"(no topic)", "stream events", "channel events", ""}


def synced(home, path):
    rapport(home, "init", home, "-q")
    rapport(home, "add", path, "--name", "chat", "-q")
    rapport(home, "sync", "-q")


def test_zulip(path, expected):
    topics, senders, ids = defaultdict(dict), Counter(), {}
    with tarfile.open(path) as archive:
        for member in archive:
            if not member.isfile() or not member.name.endswith(".json"):
                continue
            messages = json.load(archive.extractfile(member))
            topic = unquote(Path(member.name).name.removesuffix(".json").replace(".", "%"))
            for message in messages if isinstance(messages, list) else []:
                ids[message["id"]] = (topic.removeprefix("✔ "), message)
    for number, (topic, message) in ids.items():
        topics[topic][number] = message
        senders[message["sender_full_name"]] += 1
    threads = {topic for topic in topics if topic.lower() not in PILES}
    with tempfile.TemporaryDirectory() as home:
        synced(home, path)
        name = path.name
        check(f"{name}: connector", one(home, "SELECT connector FROM source"), "zulip")
        check(f"{name}: messages as this script reads them", len(ids), expected)
        check(f"{name}: messages", one(home, "SELECT count(*) FROM activity"), len(ids))
        check(f"{name}: topics", {row["title"] for row in sql(home, "SELECT title FROM thread")}, threads)
        check(f"{name}: first messages", one(home, "SELECT count(*) FROM activity WHERE kind = 'message' AND thread_id IS NOT NULL"), len(threads))
        got = {row["name"]: row["n"] for row in sql(home, "SELECT a.name, count(*) AS n FROM activity JOIN account a USING (account_id) GROUP BY a.name")}
        check(f"{name}: messages of each person", got, dict(senders))
        openings = {row["title"]: row["t"] for row in sql(home, "SELECT title, epoch(opened_at)::BIGINT AS t FROM thread")}
        check(f"{name}: when topics were opened", openings, {topic: topics[topic][min(topics[topic])]["timestamp"] for topic in threads})
        check(f"{name}: nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)
        before = one(home, "SELECT sum(hash(a)::HUGEINT)::VARCHAR FROM (SELECT * FROM activity) a")
        rapport(home, "sync", "-q")
        rapport(home, "replay", "-q")
        check(f"{name}: a second sync and a replay say the same", one(home, "SELECT sum(hash(a)::HUGEINT)::VARCHAR FROM (SELECT * FROM activity) a"), before)


def test_discord(path):
    messages = {m["id"]: m for m in json.loads(path.read_text())["messages"]}
    with tempfile.TemporaryDirectory() as home:
        synced(home, path)
        check("discord: connector", one(home, "SELECT connector FROM source"), "discord")
        check("discord: messages", one(home, "SELECT count(*) FROM activity WHERE kind <> 'reaction'"), len(messages))
        check("discord: reactions", one(home, "SELECT coalesce(sum(amount), 0)::BIGINT FROM activity WHERE kind = 'reaction'"),
              sum(r["count"] for m in messages.values() for r in m["reactions"]))
        check("discord: writers", one(home, "SELECT count(*) FROM account"), len({m["author"]["id"] for m in messages.values()}))
        instants = sorted(round(datetime.fromisoformat(m["timestamp"]).timestamp(), 3) for m in messages.values())
        check("discord: instants", [round(row["t"], 3) for row in sql(home, "SELECT epoch(happened_at) AS t FROM activity WHERE kind <> 'reaction' ORDER BY 1")], instants)


def test_telegram(path):
    messages = {m["id"]: m for m in json.loads(path.read_text())["messages"]}
    with tempfile.TemporaryDirectory() as home:
        synced(home, path)
        check("telegram: connector", one(home, "SELECT connector FROM source"), "telegram")
        check("telegram: messages", one(home, "SELECT count(*) FROM activity"), len(messages))
        check("telegram: notices", one(home, "SELECT count(*) FROM activity WHERE kind = 'moderation'"), sum(m["type"] == "service" for m in messages.values()))
        check("telegram: writers", one(home, "SELECT count(*) FROM account"), len({m.get("from_id") or m["actor_id"] for m in messages.values()}))
        words = ["".join(piece if isinstance(piece, str) else piece["text"] for piece in m["text"]) for m in messages.values()]
        check("telegram: texts", sorted(row["text"] for row in sql(home, "SELECT text FROM activity WHERE text IS NOT NULL")), sorted(w for w in words if w))
        instants = sorted(int(m["date_unixtime"]) if "date_unixtime" in m else int(datetime.fromisoformat(m["date"]).replace(tzinfo=timezone.utc).timestamp()) for m in messages.values())
        check("telegram: instants", [row["t"] for row in sql(home, "SELECT epoch(happened_at)::BIGINT AS t FROM activity ORDER BY 1")], instants)


def main():
    zulip = {"224796-Geographic-locality": 3617, "236604-Zulip-meta": 2176, "513188-CSLib": 2758}
    archives = [DATA / "zulip" / f"{name}.tar.gz" for name in zulip]
    discord, telegram = DATA / "format-samples/discord-SV_5A_5M.json", DATA / "format-samples/telegram-DM_2A_7M.json"
    need(discord, telegram, *archives)
    for path, expected in zip(archives, zulip.values()):
        test_zulip(path, expected)
    test_discord(discord)
    test_telegram(telegram)
    end()


main()
