#!/usr/bin/env python3
"""A real Singer tap off the package index, tap-rest-api-msdk (built with the SDK that most taps of today are), reads an API that
this script serves; what Rapport keeps is compared with what the script served. Skipped where the index cannot be reached."""
import json, os, signal, subprocess, sys, tempfile, threading
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "real"), str(ROOT / "tools")]
from pinned_python import Unreachable, environment
from real_data import RAPPORT, check, end, one, served, sql

PAGE = 10
NAMES = ["ana", "ben", "Zoë", "o'neil"]


def ticket(number):
    return {"id": number, "opened": f"2024-03-{1 + number // 24:02d}T{number % 24:02d}:30:00Z", "by": NAMES[number % len(NAMES)],
            "subject": f"Ticket {number}: “it's” broken; -- 100 %\n{{}}", "closed": None}


class Desk:
    """An invented help desk: /tickets?since=TIME&page=N, oldest first."""

    def __init__(self):
        self.tickets, self.asked = [], []
        self.refuses = False
        self.stalls, self.go_on = threading.Event(), threading.Event()
        self.stall_at = None  # a page that is not answered until go_on is set

    def answer(self, method, target, body):
        url = urlsplit(target)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.asked.append(asked)
        if self.refuses or url.path != "/tickets":
            return None
        page = int(asked.get("page", 1))
        if page == self.stall_at:
            self.stalls.set()
            self.go_on.wait(60)
        found = sorted((t for t in self.tickets if t["opened"] >= asked.get("since", "")), key=lambda t: t["opened"])
        return {"tickets": found[(page - 1) * PAGE:page * PAGE], "next_page": page + 1 if len(found) > page * PAGE else None}


def write_source(home, address, command):
    """A workspace with one source, the desk through the tap."""
    subprocess.run([RAPPORT, "init", home, "-q"], check=True)
    # The desk's own config of the tap: pages by the member next_page, and what is new since the last state.
    stream = {"name": "tickets", "path": "/tickets", "primary_keys": ["id"], "records_path": "$.tickets[*]", "replication_key": "opened",
              "source_search_field": "since", "source_search_query": "$last_run_date", "num_inference_records": PAGE}
    Path(home, "tap.json").write_text(json.dumps({"api_url": address, "start_date": "2024-01-01T00:00:00Z", "streams": [stream]}))
    settings = {"name": "desk", "connector": "singer", "command": command, "config": "tap.json", "stream": "tickets", "kind": "ticket", "id": "id",
                "time": "opened", "account": '"by"', "title": "subject"}
    with open(f"{home}/rapport.toml", "a") as config:
        config.write("\n[[source]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))


def sync(home):
    done = subprocess.run([RAPPORT, "--home", home, "sync"], capture_output=True, text=True, timeout=120)
    print(done.stderr, end="")
    return done


def kept(home):
    rows = sql(home, "SELECT title, strftime(happened_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS at, login FROM activity JOIN account USING (account_id) WHERE activity.kind = 'ticket'")
    return Counter((row["at"], row["login"], row["title"]) for row in rows)


def wanted(tickets):
    return Counter((t["opened"], t["by"], t["subject"]) for t in tickets)


def check_kept(what, home, tickets):
    """Exactly these tickets are there, each once."""
    have, want = kept(home), wanted(tickets)
    check(what, {"missing": sorted(want - have)[:3], "too many": sorted(have - want)[:3]}, {"missing": [], "too many": []})


def child_of(process):
    """The process that `process` has started."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == process.pid:
                return int(stat.parent.name)
        except OSError:
            pass  # ended meanwhile


def collects_and_goes_on(tap):
    desk = Desk()
    desk.tickets = [ticket(n) for n in range(37)]
    with served(desk.answer) as address, tempfile.TemporaryDirectory() as home:
        write_source(home, address, tap)
        done = sync(home)
        check("the first sync ends well", (done.returncode, done.stderr.count("error")), (0, 0))
        check_kept("every ticket, as it was served", home, desk.tickets)
        check("nothing set aside", one(home, "SELECT count(*) FROM rejected_record"), 0)
        check("four pages were asked for, from the start date on", [(a["since"], a.get("page", "1")) for a in desk.asked if "since" in a],
              [("2024-01-01T00:00:00Z", page) for page in "1234"])

        desk.tickets += [ticket(n) for n in range(37, 52)]
        desk.asked.clear()
        done = sync(home)
        check("the second sync ends well", done.returncode, 0)
        check_kept("what is new, and nothing twice", home, desk.tickets)
        check("the tap had its state back", {a["since"] for a in desk.asked if "since" in a}, {ticket(36)["opened"]})
        check("its state is kept as it was said", json.loads(one(home, "SELECT cursor FROM sync_state"))["state"]["bookmarks"]["tickets"]["replication_key_value"],
              ticket(51)["opened"])
        check("its state is left in no file", [p.name for p in Path(home).rglob("state-*")], [])

        desk.refuses = True
        done = sync(home)
        check("an API that says no is one error", (done.returncode != 0, done.stderr.count("exit code")), (True, 1))
        check("…in the tap's own words", "404" in done.stderr, True)
        check_kept("…and what was there stays", home, desk.tickets)


def killed_in_the_middle(tap):
    desk = Desk()
    desk.tickets, desk.stall_at = [ticket(n) for n in range(35)], 3
    with served(desk.answer) as address, tempfile.TemporaryDirectory() as home:
        write_source(home, address, tap)
        process = subprocess.Popen([RAPPORT, "--home", home, "sync"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        check("the tap gets to its third page", desk.stalls.wait(60), True)
        os.kill(child_of(process), signal.SIGKILL)
        _, said = process.communicate(timeout=60)
        desk.go_on.set()
        check("a killed tap is one error", (process.returncode != 0, said.count("signal 9")), (True, 1))
        check_kept("the two pages it said before are kept", home, desk.tickets[:20])
        desk.stall_at = None
        check("the next sync ends well", sync(home).returncode, 0)
        check_kept("…and brings all, nothing twice", home, desk.tickets)


def lines_that_are_none(tap):
    desk = Desk()
    desk.tickets = [ticket(n) for n in range(5)]
    with served(desk.answer) as address, tempfile.TemporaryDirectory() as home:
        noisy = Path(home, "noisy.sh")  # what a print() left behind in a tap, or a library that greets, does
        noisy.write_text(f'#!/bin/sh\necho "Welcome to version 2"\nprintf \'\\377{{"type": "RECORD"\\n\'\nexec "{tap}" "$@"\n')
        noisy.chmod(0o700)
        write_source(home, address, str(noisy))
        done = sync(home)
        check_kept("lines that are no messages do not end it", home, desk.tickets)
        check("they are set aside with their place", [row["position"] for row in sql(home, "SELECT position FROM rejected_record ORDER BY 1")], ["line 1", "line 2"])
        check("and told of", "2" in "".join(line for line in (done.stdout + done.stderr).splitlines() if "set aside" in line), True)


def main():
    try:
        programs = environment(ROOT / "tests" / "singer" / "requirements.txt", RAPPORT.parent / "singer-tap")
    except Unreachable as reason:
        print(f"SKIPPED: {reason}, so no Singer tap")
        sys.exit(77)
    tap = str(programs / "tap-rest-api-msdk")
    collects_and_goes_on(tap)
    killed_in_the_middle(tap)
    lines_that_are_none(tap)
    end()


main()
