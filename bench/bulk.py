#!/usr/bin/env python3
"""bulk.py [--data DIR] [--only SUBJECT] [--json]: how fast bulk sources are collected, beside what one would otherwise run.

One table, made in one run: a block a source, all of its rows from the same input. Time is that of the processor (user and
system; the best of several where a run is short), so that what else the machine does weighs less. The last two columns are how much
more of it a row took than our reading alone and than our whole `rapport sync` (reading, store, model, people): above 1 is slower.
Real data is in ../shared/data (or RAPPORT_DATA, or --data); where it is absent a simulated community is read instead.
"""
import argparse
import glob
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

from measure import BUILD, DATA, RAPPORT, ROOT, TRIES, sync_of, timed

sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "sim")]
from community import Served
from pinned_python import Unreachable, environment

BY_HAND = ROOT / "bench" / "rivals" / "by_hand.py"
GIT_FIELDS = "--format=%x01%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B"  # what connectors/git asks for
SHORT, LONG = 1.5, 5  # seconds; a run below the one is made five times, below the other three times, else once


class Block:
    """The rows of one source."""

    def __init__(self, source, size, count, unit):
        self.source, self.size, self.count, self.unit, self.rows = source, size, count, unit, []

    def measure(self, what, run):
        first = run()
        tries = 1 if first.cpu > LONG else TRIES if first.cpu > SHORT else TRIES + 2
        self.add(what, min([first] + [run() for _ in range(tries - 1)], key=lambda cost: cost.cpu))

    def add(self, what, cost, note=""):
        self.rows.append({"source": self.source, "size": self.size, "what": what, "cpu": cost.cpu, "wall": cost.wall, "rate": self.count / max(cost.cpu, 0.001),
                          "unit": self.unit, "note": note})

    def skip(self, what, why):
        self.rows.append({"source": self.source, "size": self.size, "what": what, "skipped": why})

    def finished(self):
        """With the ratios to our own rows."""
        for column, ours in (("to_reading", "Rapport, reading alone"), ("to_sync", "Rapport, whole sync")):
            base = next((row["cpu"] for row in self.rows if row["what"] == ours and "cpu" in row), None)
            for row in self.rows:
                if base and "cpu" in row:
                    row[column] = row["cpu"] / base
        return self.rows


class Rivals:
    """The programs of bench/rivals, or why they are not there."""

    def __init__(self):
        self.programs, self.why = None, ""
        try:
            self.programs = environment(ROOT / "bench" / "rivals" / "requirements.txt", BUILD / "rivals")
        except (Unreachable, RuntimeError) as reason:
            self.why = str(reason).splitlines()[0]

    def perceval(self, block, what, *words):
        self.run(block, what, "perceval", "-g", *words, "--json-line", "-o", os.devnull)

    def by_hand(self, block, what, subject, *paths):
        self.run(block, what, "python", BY_HAND, subject, *paths)

    def run(self, block, what, program, *words):
        if self.programs is None:
            block.skip(what, self.why)
        else:
            block.measure(what, lambda: timed([self.programs / program, *words]))


def reading(block, connector, **settings):
    block.measure("Rapport, reading alone", lambda: timed([BUILD / "bench_fetch", connector, *("%s=%s" % pair for pair in settings.items())]))


def megabytes(paths):
    return sum(os.path.getsize(path) for path in paths) / 1e6


def unpacked(archive, folder):
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return pathlib.Path(folder)


def simulated(folder, *words):
    """A community in `folder`, written once."""
    if not os.path.exists(os.path.join(folder, "rapport.toml")):
        subprocess.run([RAPPORT, "simulate", "--seed", "7", "--out", folder, *words], check=True, stdout=subprocess.DEVNULL)
    return pathlib.Path(folder)


def gharchive(data, work, rivals):
    hours, events = work / "hours", 0
    hours.mkdir()
    real = data / "gharchive" / "2015-01-01-0.json.gz"
    if real.exists():  # one real hour as twenty: each event with an id of its own
        lines = gzip.open(real).read().splitlines()
        for hour in range(20):
            with gzip.open(hours / ("2015-01-01-%d.json.gz" % hour), "wb", 6) as out:
                out.write(b"\n".join(line.replace(b'{"id":"', b'{"id":"%d' % (10 + hour), 1) for line in lines) + b"\n")
        events = 20 * len(lines)
    else:
        for month in (simulated(work / "timeline", "--people", "5000", "--formats", "gharchive") / "gharchive").iterdir():
            text = month.read_bytes()
            (hours / (month.name + ".gz")).write_bytes(gzip.compress(text, 6))
            events += text.count(b"\n")
    files = sorted(map(str, hours.iterdir()))
    block = Block("GH Archive" + ("" if real.exists() else ", simulated"), "%d events, %.0f MB packed" % (events, megabytes(files)), events, "events/s")
    block.measure("limit: unpack and parse each line", lambda: timed([BUILD / "bench_parse", *files]))
    reading(block, "gharchive", path=hours)
    block.measure("Rapport, whole sync", sync_of(hours))
    rivals.by_hand(block, "DuckDB read_json, same columns, one thread", "gharchive", *files)
    return block


def mbox(data, work, rivals):
    real = data / "mbox-r-lists-small.tar.xz"
    mails = unpacked(real, work / "mail") if real.exists() else simulated(work / "lists", "--people", "5000", "--formats", "mbox") / "mail"
    files = [path for path in glob.glob(str(mails / "**"), recursive=True) if os.path.isfile(path)]
    block = Block("mbox" + ("" if real.exists() else ", simulated"), "%.1f MB" % megabytes(files), megabytes(files), "MB/s")
    reading(block, "mbox", path=mails)
    block.measure("Rapport, whole sync", sync_of(mails, "--as", "mbox"))
    rivals.perceval(block, "Perceval mbox", "mbox", "lists", mails)
    rivals.by_hand(block, "Python's mailbox module", "mailbox", *files)
    return block


def git_block(name, repository, log_options):
    count = int(subprocess.run(["git", "-C", repository, "rev-list", "--all", "--count"], capture_output=True, check=True).stdout)
    block = Block(name, "%d commits" % count, count, "commits/s")
    block.measure("limit: git log, same fields", lambda: timed(["git", "-C", repository, "log", "--all", "-z", GIT_FIELDS, *log_options]))
    reading(block, "git", url=repository)
    block.measure("Rapport, whole sync", sync_of(repository))
    return block


def git_messages(data, work, rivals):
    """Commits without their files: what the data's repositories hold."""
    real = data / "moby.git.tar"
    if not real.exists():
        return None
    repository = next(unpacked(real, work / "moby").glob("**/HEAD")).parent
    block = git_block("git: moby, without files", repository, ())
    log = work / "moby.log"  # in the form that Perceval reads; making it is not counted
    with open(log, "wb") as out:
        subprocess.run(["git", "-C", repository, "log", "--pretty=fuller", "--decorate=full", "--parents", "--all", "--reverse", "--topo-order"], stdout=out, check=True)
    rivals.perceval(block, "Perceval git, of a log already written", "git", "moby", "--git-log", log)
    return block


def git_files(data, work, rivals):
    """Commits with the lines changed in each file."""
    repository = simulated(work / "code", "--people", "4000", "--formats", "git") / "git" / "kelvane.git"
    block = git_block("git: simulated, with files", repository, ("--numstat", "-M", "--no-textconv", "--no-ext-diff"))
    rivals.perceval(block, "Perceval git, of the same clone", "git", repository, "--git-path", repository, "--no-update")
    return block


def accesslog(data, work, rivals):
    real, log = data / "web" / "access-logs.tar.xz", work / "access.log"
    if real.exists():
        lines = (unpacked(real, work / "web") / "web" / "access-logs" / "elastic" / "apache_logs").read_bytes()
        lines = lines if lines.endswith(b"\n") else lines + b"\n"
        times = 100
    else:
        lines, times = (simulated(work / "visits", "--people", "2000", "--formats", "accesslog") / "web" / "access.log").read_bytes(), 5
    log.write_bytes(lines * times)
    count = lines.count(b"\n") * times
    block = Block("access log" + ("" if real.exists() else ", simulated"), "%d lines, %.0f MB" % (count, megabytes([log])), count, "lines/s")
    reading(block, "accesslog", path=log)
    block.measure("Rapport, whole sync", sync_of(log, "--as", "accesslog"))
    if shutil.which("goaccess"):
        block.measure("GoAccess, to a JSON report", lambda: timed(["goaccess", log, "--log-format=COMBINED", "--no-global-config", "--no-progress", "-o", work / "goaccess.json"]))
    else:
        block.skip("GoAccess, to a JSON report", "it is not installed")
    rivals.by_hand(block, "a regular expression in Python", "accesslog", log)
    return block


def stackexchange(data, work, rivals):
    real = data / "stackexchange-bicycles.meta.tar.xz"
    if real.exists():
        dump = next(unpacked(real, work / "dump").glob("**/Posts.xml")).parent
    else:
        dump = simulated(work / "answers", "--people", "5000", "--formats", "stackexchange") / "stackexchange"
    files = [dump / (name + ".xml") for name in ("Posts", "Users", "Comments", "Votes")]
    count = sum(path.read_bytes().count(b"<row ") for path in files)
    block = Block("Stack Exchange dump" + ("" if real.exists() else ", simulated"), "%d rows, %.1f MB" % (count, megabytes(files)), count, "rows/s")
    reading(block, "stackexchange", path=dump)
    block.measure("Rapport, whole sync", sync_of(dump, "--as", "stackexchange"))
    rivals.by_hand(block, "Python's iterparse of the same files", "stackexchange", *files)
    return block


def discourse(data, work, rivals):
    """A live API: requests and time that passes matter, and a server that answers at once."""
    forum = simulated(work / "forum", "--people", "600", "--years", "2", "--formats", "discourse")
    topics = len(os.listdir(forum / "discourse" / "t"))
    block = Block("Discourse API, simulated", "%d topics" % topics, topics, "topics/s")

    def asked(run):
        with Served(str(forum)) as served:
            cost = run("http://127.0.0.1:%d/forum" % served.port)
            return cost, "%s requests" % served.ask("/_requests")[1].decode()

    block.add("Rapport, whole sync", *asked(lambda url: sync_of(url, "--as", "discourse")()))
    if rivals.programs is None:
        block.skip("Perceval discourse", rivals.why)
    else:
        block.add("Perceval discourse", *asked(lambda url: timed([rivals.programs / "perceval", "-g", "discourse", url, "--json-line", "-o", os.devnull])))
    return block


SUBJECTS = {"gharchive": gharchive, "mbox": mbox, "git-messages": git_messages, "git-files": git_files, "accesslog": accesslog, "stackexchange": stackexchange, "discourse": discourse}


def rounded(number):
    return "%.0f" % number if number >= 100 else "%.1f" % number if number >= 10 else "%.2f" % number


def line(row):
    if "skipped" in row:
        return "| %s | %s | %s | SKIPPED: %s | | | | |" % (row["source"], row["size"], row["what"], row["skipped"])
    ratios = ["×%s" % rounded(row[name]) if name in row else "" for name in ("to_reading", "to_sync")]
    rate = "{:,.0f}".format(row["rate"]) if row["rate"] >= 100 else rounded(row["rate"])
    return "| %s | %s | %s | %.2f | %.2f | %s %s | %s | %s |" % (row["source"], row["size"], row["what"] + (", " + row["note"] if row["note"] else ""), row["cpu"], row["wall"], rate, row["unit"], *ratios)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    parser.add_argument("--only", choices=SUBJECTS, action="append")
    parser.add_argument("--json", action="store_true", help="the rows as JSON at the end instead of a table")
    options = parser.parse_args()
    if not (BUILD / "build.ninja").exists():
        sys.exit("%s is no build: run `make build` first, or name a built rapport in RAPPORT" % BUILD)
    # The programs that measure one part belong to the bench and to nothing else: a build leaves them out.
    subprocess.run([ROOT / "tools" / "build", BUILD, "bench_fetch", "bench_parse"], check=True, stdout=subprocess.DEVNULL)
    rivals, rows = Rivals(), []
    if not options.json:
        print("| source | input | what | CPU s | wall s | per CPU second | to our reading | to our sync |\n|---|---|---|--:|--:|--:|--:|--:|", flush=True)
    for name in options.only or SUBJECTS:
        with tempfile.TemporaryDirectory(prefix="rapport-bench-") as work:
            block = SUBJECTS[name](options.data, pathlib.Path(work), rivals)
        if block is None:
            print("SKIPPED: %s: no ../shared/data" % name, file=sys.stderr)
            continue
        rows += block.finished()
        if not options.json:
            print("\n".join(map(line, block.rows)), flush=True)
    if options.json:
        print(json.dumps(rows, indent=1))


main()
