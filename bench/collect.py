#!/usr/bin/env python3
"""collect.py: how fast a forum's export is collected, the first answer after a start, and a table's rows and memory.

Each is the best of three, so that what else the machine does weighs less. bulk.py measures the other bulk formats, beside what
one would otherwise run. Needs ../shared/data (or RAPPORT_DATA) and ./rapport (or RAPPORT).
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

from measure import DATA, RAPPORT, best, sync_of, timed


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
        times = sorted(timed([RAPPORT, "--home", home, "metric", "active_people", "--from", "2016", "--to", "2017"]).wall for _ in range(11))
        print("program start to first answer (metric active_people, Urho3D): median %.0f ms, slowest of 11 %.0f ms" % (times[5] * 1000, times[-1] * 1000))
    finally:
        shutil.rmtree(home)


def main():
    forum = DATA / "urho3d-forum.tar.xz"
    if not forum.exists():
        sys.exit("SKIPPED: no ../shared/data")
    ours, unpack = best(sync_of(forum)), best(lambda: timed(["tar", "-xJOf", str(forum)]))
    print("discourse: Urho3D, 36,990 posts: %.2f s (CPU %.2f s), %.0f posts/s; tar -xJO alone: %.2f s" % (ours.wall, ours.cpu, 36990 / ours.wall, unpack.wall))
    first_answer()
    for count in (250_000, 1_000_000):
        table_memory(count)


main()
