#!/usr/bin/env python3
"""10,000 lines of a developer's blog: what Rapport counts against counts by this script, and samples of other formats."""
import re, tarfile, tempfile
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from real_data import DATA, check, end, needs, one, pairs, rapport, same_again, synced

LOGS = DATA / "web/access-logs.tar.xz"
LINE = re.compile(r'^(\S+) \S+ \S+ \[([^]]+)\] "((?:[^"\\]|\\.)*)" (\d+) \S+ "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"')
ASSETS = "css js mjs map png jpg jpeg gif svg webp avif ico woff woff2 ttf otf eot mp4 webm mp3 ogg wasm webmanifest bmp cur swf".split()
DOWNLOADS = "zip gz tgz xz bz2 zst tar 7z rar exe msi dmg pkg deb rpm apk jar whl iso pdf epub mobi appimage gem nupkg".split()


def main():
    needs("web/access-logs.tar.xz")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(LOGS) as archive:
            archive.extractall(folder, filter="data")
        samples = Path(folder) / "web/access-logs"
        log = Path(folder) / "access.log"
        log.write_bytes((samples / "elastic/apache_logs").read_bytes())
        lines = log.read_text(errors="replace").splitlines()
        hits = [LINE.match(line).groups() if LINE.match(line) else None for line in lines]
        check("lines as this script reads them", len(lines), 10000)
        statuses, days, visitors, visits, unread = Counter(), Counter(), set(), Counter(), 0
        for hit in hits:
            if not hit:
                unread += 1
                continue
            address, when, request, status, _, agent = hit
            day = datetime.strptime(when, "%d/%b/%Y:%H:%M:%S %z").astimezone(timezone.utc).date().isoformat()
            days[day] += 1
            method, _, target = request.partition(" ")
            path = re.sub(r"[?#].*", "", target.rsplit(" ", 1)[0])
            extension = path.rsplit("/", 1)[-1].rpartition(".")[2].lower() if "." in path.rsplit("/", 1)[-1] else ""
            feed = extension in ("rss", "atom", "rss2", "rdf", "xml") or re.search(r"/(feed|rss|atom)/*$", path.lower())
            if method == "GET" and (status[0] == "2" or status == "304") and extension not in ASSETS + DOWNLOADS and not feed and not path.endswith("/robots.txt"):
                visits[path] += 1
                visitors.add((day, path, address, agent))
        with synced(log) as home:
            check("every line is counted once", one(home, "SELECT sum(views)::INT FROM accesslog_count") + unread, 10000)
            check("lines set aside", one(home, "SELECT count(*) FROM rejected_record"), unread)
            check("requests a day", pairs(home, "SELECT day::DATE::VARCHAR, sum(views)::INT FROM accesslog_count GROUP BY 1 ORDER BY 1"), dict(sorted(days.items())))
            check("views of pages", one(home, "SELECT sum((attributes->>'views')::INT)::INT FROM activity WHERE kind = 'visit'"), sum(visits.values()))
            top = [path for path, _ in visits.most_common(20)]
            got = pairs(home, "SELECT title, sum((attributes->>'views')::INT)::INT FROM activity WHERE kind = 'visit' GROUP BY 1")
            check("views of the twenty busiest pages", {path: got[path] for path in top}, {path: visits[path] for path in top})
            # One visitor may come by several referrers or campaigns: then it is one visitor of each.
            check("at least the visitors of each page and day", one(home, "SELECT sum(amount)::INT FROM activity WHERE kind = 'visit'") >= len(visitors), True)
            check("no address is stored", one(home, r"SELECT count(*) FROM accesslog_count WHERE regexp_matches(concat_ws(' ', record_id, path, program), '(^|\s)\d+\.\d+\.\d+\.\d+(\s|$)')"), 0)
            googlebot = sum(1 for hit in hits if hit and "Googlebot/" in hit[5])
            check("requests of Googlebot", one(home, "SELECT sum(views)::INT FROM accesslog_count WHERE program = 'Googlebot'"), googlebot)
            same_again(home)
            with log.open("a") as more:
                more.write(lines[-1].replace(lines[-1].split(" ", 1)[0], "192.0.2.1", 1) + "\n")
            rapport(home, "sync")
            check("one more line is one more request", one(home, "SELECT sum(views)::INT FROM accesslog_count") + unread, 10001)
        for name in ("logfile_caddy_log.1", "logfile_cloudflare.1", "logfile_cloudflare.json", "logfile_w3c.0", "logfile_w3c_big.0", "logfile_w3c.6"):
            data = [line for line in (samples / "lnav" / name).read_text(errors="replace").splitlines() if line.strip() and not line.startswith("#")]
            with tempfile.TemporaryDirectory() as home:
                rapport(home, "init", home, "-q")
                rapport(home, "add", samples / "lnav" / name, "--as", "accesslog", "-q")
                rapport(home, "sync")
                total = one(home, "SELECT (SELECT coalesce(sum(views), 0)::INT FROM accesslog_count) + (SELECT count(*) FROM rejected_record)")
                check(f"{name}: every line is counted or set aside", total, len(data))
    end()


main()
