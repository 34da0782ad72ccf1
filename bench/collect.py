#!/usr/bin/env python3
"""collect.py: how fast real communities are collected, beside what a user would otherwise run, in one run.

Every row is the best of three of both sides, so that what else the machine does weighs less; ratios are what to read.
Needs ../shared/data (or RAPPORT_DATA) and ./rapport (or RAPPORT).
"""
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
RAPPORT = os.environ.get("RAPPORT", str(ROOT / "rapport"))
DATA = pathlib.Path(os.environ.get("RAPPORT_DATA", ROOT.parent / "shared" / "data"))
TRIES = 3
FIELDS = "--format=%x01%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B"  # what the connector asks for


def timed(words, **more):
    begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begun, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def best(run):
    return min(run() for _ in range(TRIES))


def sync_of(source):
    """A function that collects `source` into a new workspace and returns (wall, processor) seconds."""
    def run():
        home = tempfile.mkdtemp(prefix="rapport-bench-")
        try:
            for words in (["init", home, "-q"], ["--home", home, "add", str(source), "-q"]):
                subprocess.run([RAPPORT, *words], check=True, stdout=subprocess.DEVNULL)
            return timed([RAPPORT, "--home", home, "sync", "-q"])
        finally:
            shutil.rmtree(home)
    return run


def row(what, count, unit, ours, rival, rival_name):
    print("%-34s %8.2f s %10.0f %s/s   CPU %6.2f s | %6.2f s  %-36s ratio %.2f" % (what, ours[0], count / ours[0], unit, ours[1], rival[0], rival_name, ours[0] / rival[0]))


def table_memory(count):
    """Peak memory and rows a second of a generated CSV of `count` rows."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as home:
        rows = home + "/rows.csv"
        with open(rows, "w") as out:
            out.write("id,when,who,text\n")
            for n in range(count):
                out.write("%d,2024-%02d-%02dT%02d:%02d:00Z,user%d,%s\n" % (n, 1 + n % 12, 1 + n % 28, n % 24, n % 60, n * 7919 % 50021,
                                                                           " ".join("%06d" % ((n * 104729 + i * 7919) % 1000003) for i in range(14))))
        subprocess.run([RAPPORT, "init", home, "-q"], check=True)
        mapping = [word for pair in ("id=id", "time=when", "account=who", "text=text", "kind='message'") for word in ("--set", pair)]
        subprocess.run([RAPPORT, "--home", home, "add", rows, "-q", "--as", "table", *mapping], check=True)
        begun = time.perf_counter()
        process = subprocess.Popen([RAPPORT, "--home", home, "sync", "-q"])
        _, status, used = os.wait4(process.pid, 0)
        if status:
            sys.exit("the sync ended with %s" % status)
        print("table: CSV of %9d rows, %4d MB: %6.1f s, %8.0f rows/s, CPU %6.1f s, peak memory %5d MB" % (count, os.path.getsize(rows) >> 20, time.perf_counter() - begun,
              count / (time.perf_counter() - begun), used.ru_utime + used.ru_stime, used.ru_maxrss >> 10))


def first_answer():
    home = tempfile.mkdtemp(prefix="rapport-bench-")
    try:
        subprocess.run([RAPPORT, "init", home, "-q"], check=True)
        for source in ("urho3d.git.tar", "urho3d-forum.tar.xz"):
            subprocess.run([RAPPORT, "--home", home, "add", str(DATA / source), "-q"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([RAPPORT, "--home", home, "sync", "-q"], check=True, stdout=subprocess.DEVNULL)
        times = sorted(timed([RAPPORT, "--home", home, "metric", "active_people", "--from", "2016", "--to", "2017"])[0] for _ in range(11))
        print("program start to first answer (metric active_people, Urho3D): median %.0f ms, slowest of 11 %.0f ms" % (times[5] * 1000, times[-1] * 1000))
    finally:
        shutil.rmtree(home)


def main():
    if not (DATA / "moby.git.tar").exists():
        sys.exit("SKIPPED: no ../shared/data")
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        with tarfile.open(DATA / "moby.git.tar") as archive:
            archive.extractall(folder, filter="data")
        repository = next(pathlib.Path(folder).glob("**/HEAD")).parent
        log = best(lambda: timed(["git", "-C", str(repository), "log", "--all", FIELDS]))
        row("git: moby, 57,533 commits", 57533, "commits", best(sync_of(repository)), log, "git log --all, same fields, >/dev/null")
    forum = DATA / "urho3d-forum.tar.xz"
    unpack = best(lambda: timed(["tar", "-xJOf", str(forum)]))
    row("discourse: Urho3D, 36,990 posts", 36990, "posts", best(sync_of(forum)), unpack, "tar -xJO >/dev/null")
    hour = DATA / "gharchive" / "2015-01-01-0.json.gz"
    row("gharchive: one hour, 7,702 events", 7702, "events", best(sync_of(hour)), best(lambda: timed(["gzip", "-dc", str(hour)])), "gzip -dc >/dev/null")
    first_answer()
    for count in (250_000, 1_000_000):
        table_memory(count)


main()
