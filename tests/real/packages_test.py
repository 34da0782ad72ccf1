#!/usr/bin/env python3
"""Real download counts of npm packages through the whole program: a server on this machine answers as the registry and its
statistics do, and what Rapport sums up is compared with what awk sums up in the file."""
import gzip, json, subprocess, tempfile, threading
from datetime import date, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from real_data import DATA, check, end, need, one, pairs, rapport, same_again

COUNTS = DATA / "npm-downloads" / "npm-monthly-downloads-2026-03-01.tsv.gz"
SAMPLE = "NR > 1 && (NR <= 41 || NR % 20001 == 0)"  # the largest, and some of all sizes
YESTERDAY = datetime.now(timezone.utc).date() - timedelta(days=1)
FIRST = YESTERDAY - timedelta(days=29)


def awk(program):
    """An independent reading of the file."""
    unpacked = subprocess.Popen(["gzip", "-dc", COUNTS], stdout=subprocess.PIPE)
    return subprocess.run(["awk", "-F\t", program], stdin=unpacked.stdout, capture_output=True, text=True, check=True).stdout


def of_day(total, day):
    """A month's count spread over its 30 days without losing one: whole shares, the rest on the first days."""
    number = (day - FIRST).days
    return 0 if not 0 <= number < 30 else total // 30 + (1 if number < total % 30 else 0)


class Registry(BaseHTTPRequestHandler):
    counts, asked = {}, []

    def do_GET(self):
        parts = self.path.split("/", 4)
        if self.path.startswith("/downloads/range/"):
            since, until = (date.fromisoformat(text) for text in parts[3].split(":"))
            name = unquote(parts[4])
            days = [since + timedelta(days=i) for i in range((until - since).days + 1)]
            answer = {"package": name, "downloads": [{"day": str(day), "downloads": of_day(self.counts[name], day)} for day in days]}
        else:
            name = unquote(self.path[1:])
            answer = {"name": name, "time": {"1.0.0": "2020-02-03T04:05:06.789Z"}, "versions": {"1.0.0": {"name": name, "version": "1.0.0"}}}
        self.asked.append(name)
        known = name in self.counts
        body = json.dumps(answer if known else {"error": "Not found"}).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    need(COUNTS)
    with gzip.open(COUNTS, "rt", encoding="utf-8") as file:
        chosen = set(awk(SAMPLE + " {print $1}").splitlines())
        Registry.counts = {name: int(count) for name, count in (line.rstrip("\n").split("\t") for line in file if "\t" in line and not line.startswith("package\t")) if name in chosen}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as home:
        rapport(home, "init", home, "-q")
        rapport(home, "add", "npm:placeholder", "--name", "npm", "--set", f"packages={','.join(sorted(chosen))}", "--set", f"url={url}", "--set", f"downloads_url={url}", "-q")
        rapport(home, "sync", "-q")
        check("nothing is set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)
        check("releases", one(home, "SELECT count(*) FROM activity WHERE kind = 'release'"), len(chosen))
        check("all downloads", one(home, "SELECT sum(amount)::BIGINT::VARCHAR FROM activity WHERE kind = 'download'"), awk(SAMPLE + ' {s += $2} END {printf "%.0f", s}'))
        wanted = {name: int(count) for name, count in (line.split("\t") for line in awk(SAMPLE + ' && $2 > 0 {print $1 "\t" $2}').splitlines())}
        got = pairs(home, "SELECT p.name, sum(a.amount)::BIGINT FROM activity a JOIN place p USING (place_id) WHERE a.kind = 'download' GROUP BY 1")
        check("downloads of each package", got, wanted)
        check("days", pairs(home, "SELECT min(happened_at)::DATE::VARCHAR, max(happened_at)::DATE::VARCHAR FROM activity WHERE kind = 'download'"), {str(FIRST): str(YESTERDAY)})
        Registry.asked.clear()
        same_again(home)
        check("a second sync asks twice about a package: its document, its last week", len(Registry.asked), 2 * len(chosen))
    server.shutdown()
    end()


main()
