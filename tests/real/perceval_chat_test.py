#!/usr/bin/env python3
"""Recorded answers of chats and archives of lists, served by this script on the loopback: what Rapport says of them against counts taken
from the files by this script."""
import http.server, json, mailbox, os, re, tarfile, tempfile, threading, zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from real_data import DATA, check, end, need, one, rapport, sql

ARCHIVE = need(DATA / "perceval.tar.xz")
ENVIRONMENT = {"PERCEVAL_TOKEN": "none"}


class Loopback:
    """Answers by a function of (path, query): bytes, a list or dict, or None for 404."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                found = answer(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})
                body = found if isinstance(found, bytes) else json.dumps(found).encode()
                self.send_response(200 if found is not None else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def synced(home, connector, **settings):
    rapport(home, "init", home, "-q")
    words = [f"--set={key}={value}" for key, value in settings.items() if key not in ("url", "path")]
    rapport(home, "add", settings.get("url") or settings["path"], "--as", connector, "--name", "source", *words, "-q")
    rapport(home, "sync", "-q", env={**os.environ, **ENVIRONMENT})


def test_mattermost(folder):
    first, second = (json.loads((folder / f"mattermost_posts{part}.json").read_text()) for part in ("", "_next"))
    users = [json.loads((folder / f"mattermost_user_{name}.json").read_text()) for name in ("valcos", "sduenas")]
    posts = {**first["posts"], **second["posts"]}
    channel = next(iter(posts.values()))["channel_id"]
    # The two recorded pages are shorter than a page of today: as one.
    together = {"order": first["order"] + [i for i in second["order"] if i not in first["order"]], "posts": posts, "prev_post_id": ""}

    def answer(path, query):
        path = path.removeprefix("/api/v4/")
        return {"users": users, "users/me/teams": [{"id": "t", "name": "team"}], "teams/t/channels": [{"id": channel, "name": "channel", "display_name": "Channel"}],
                f"channels/{channel}/posts": together}.get(path)

    with Loopback(answer) as server, tempfile.TemporaryDirectory() as home:
        synced(home, "mattermost", url=server.url, token="$PERCEVAL_TOKEN")
        alive = {i: p for i, p in posts.items() if not p["delete_at"]}
        check("mattermost: posts", one(home, "SELECT count(*) FROM activity WHERE kind <> 'reaction'"), len(alive))
        check("mattermost: replies", one(home, "SELECT count(*) FROM activity WHERE kind = 'reply'"), sum(bool(p["root_id"]) and not p["type"] for p in alive.values()))
        check("mattermost: instants", one(home, "SELECT list_sort(list(epoch_ms(happened_at)))::JSON::VARCHAR FROM activity WHERE kind <> 'reaction'").replace(" ", ""),
              json.dumps(sorted(p["create_at"] for p in alive.values())).replace(" ", ""))
        check("mattermost: writers by name", one(home, "SELECT count(DISTINCT x.login) FROM activity JOIN account x USING (account_id)"),
              len({p["user_id"] for p in alive.values()} & {u["id"] for u in users}))
        check("mattermost: nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)


def test_rocketchat(folder):
    messages = {}
    for page in ("message_page_1.json", "message_page_2.json", "message_page_2020_05_03.json"):
        for message in json.loads((folder / page).read_text())["messages"]:
            messages[message["_id"]] = message
    info = json.loads((folder / "channel_info.json").read_text())["channel"]

    def answer(path, query):
        path = path.removeprefix("/api/v1/")
        if path == "channels.list":
            return {"channels": [info], "count": 1, "offset": 0, "total": 1, "success": True}
        if path == "users.list":
            return {"users": [], "count": 0, "offset": 0, "total": 0, "success": True}
        if path == "channels.history":
            return {"messages": sorted(messages.values(), key=lambda m: m["ts"], reverse=True), "success": True}
        return None

    with Loopback(answer) as server, tempfile.TemporaryDirectory() as home:
        synced(home, "rocketchat", url=server.url, user="reader", token="$PERCEVAL_TOKEN")
        check("rocketchat: messages", one(home, "SELECT count(*) FROM activity WHERE kind <> 'reaction'"), len(messages))
        check("rocketchat: replies", one(home, "SELECT count(*) FROM activity WHERE kind = 'reply'"), sum("tmid" in m for m in messages.values()))
        check("rocketchat: reactions", one(home, "SELECT count(*) FROM activity WHERE kind = 'reaction'"),
              sum(len(set(r["usernames"])) for m in messages.values() for r in m.get("reactions", {}).values()))
        check("rocketchat: accounts", {row["login"] for row in sql(home, "SELECT login FROM account")},
              {m["u"]["username"] for m in messages.values()} | {u for m in messages.values() for r in m.get("reactions", {}).values() for u in r["usernames"]})


def ids_of(*texts):
    """Distinct Message-IDs of mboxes, read by Python's own reader; each mail without one counts by itself."""
    ids = set()
    for number, text in enumerate(texts):
        with tempfile.NamedTemporaryFile(suffix=".mbox") as file:
            file.write(text)
            file.flush()
            for key, mail in mailbox.mbox(file.name).iteritems():
                ids.add(str(mail["Message-ID"] or f"{number}/{key}").strip())
    return ids


def test_pipermail(folder):
    page = (folder / "pipermail_index.html").read_bytes()
    months = {"2015-November.txt.gz": "2015_november", "2016-March.txt": "2016_march", "2016-April.txt": "2016_april"}
    texts = {name: (folder / f"pipermail_{month}.mbox").read_bytes() for name, month in months.items()}

    def answer(path, query):
        name = path.removeprefix("/pipermail/example/")
        return page if name == "" else texts.get(name)

    with Loopback(answer) as server, tempfile.TemporaryDirectory() as home:
        synced(home, "mbox", url=f"{server.url}/pipermail/example/")
        check("pipermail: mails", one(home, "SELECT count(*) FROM activity"), len(ids_of(*texts.values())))
        check("pipermail: the list", one(home, "SELECT name FROM place"), "example")
        check("pipermail: every sender has an address", one(home, "SELECT count(*) FROM account WHERE email IS NULL"), 0)


def test_hyperkitty(folder):
    texts = {"2016-03": (folder / "hyperkitty_2016_march.mbox").read_bytes(), "2016-04": (folder / "hyperkitty_2016_april.mbox").read_bytes()}
    page = b'<html><body><a href="/archives/list/test@example.com/2016/4/">April</a> <a href="/archives/list/test@example.com/2016/3/">March</a></body></html>'

    def answer(path, query):
        if not path.endswith(".mbox.gz"):
            return page
        return texts.get(query["start"][:7])

    with Loopback(answer) as server, tempfile.TemporaryDirectory() as home:
        synced(home, "mbox", url=f"{server.url}/archives/list/test@example.com/")
        check("hyperkitty: mails", one(home, "SELECT count(*) FROM activity"), len(ids_of(*texts.values())))


def test_groupsio(folder):
    with zipfile.ZipFile(folder / "messages.zip") as packed:
        mails = ids_of(packed.read("messages.mbox"))
    with Loopback(lambda path, query: (folder / "messages.zip").read_bytes()) as server, tempfile.TemporaryDirectory() as home:
        synced(home, "mbox", url=f"{server.url}/g/beta.mbox.zip")
        check("groups.io: mails of the download archive", one(home, "SELECT count(*) FROM activity"), len(mails))


def test_supybot(folder):
    said, joined = 0, 0
    names = sorted(folder.glob("supybot_2012_10_*.log"))
    for name in names:
        for line in name.read_text(errors="replace").splitlines():
            body = line.split("  ", 1)[1] if "  " in line else ""
            said += bool(re.match(r"<[^ >]+>|\* |-[^ ]+- ", body))
            joined += bool(re.match(r"\*\*\* \S+ has joined", body))
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as logs:
        for name in names:
            (Path(logs) / name.name).write_bytes(name.read_bytes())
        synced(home, "irc", path=logs)
        check("supybot: lines that somebody said", one(home, "SELECT count(*) FROM activity WHERE kind = 'message'"), said)
        check("supybot: joins", one(home, "SELECT count(*) FROM activity WHERE kind = 'join'"), joined)
        check("supybot: a channel a log's name, without its date", one(home, "SELECT list(DISTINCT name)::VARCHAR FROM place"), "[supybot]")


with tempfile.TemporaryDirectory() as unpacked:
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(unpacked, filter="data")
    data = next(path.parent for path in Path(unpacked).rglob("rocketchat") if path.is_dir())
    test_mattermost(data / "mattermost")
    test_rocketchat(data / "rocketchat")
    test_pipermail(data / "pipermail")
    test_hyperkitty(data / "hyperkitty")
    test_groupsio(data / "groupsio")
    test_supybot(data / "supybot")
end()
