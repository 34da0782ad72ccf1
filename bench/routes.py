#!/usr/bin/env python3
"""routes.py [HOME [SECONDS]]: how fast `rapport serve` answers from the workspace HOME, each route with ever new questions.
Without HOME it makes a workspace of one real community, out of ../shared/data.

Prints a table: route, how many were asked, p50 and p95 in milliseconds, and the processor time an answer costs (which,
unlike the others, does not depend on what else the machine does); then memory in use while busy and when idle, and
how long the first answer after a pause takes (the database is opened anew).
"""
import datetime
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "http"))
from server import RAPPORT, Server


def days(first, last, step):
    """Days of the data, spread so that neighbours in the list lie far apart."""
    span = max(1, (last - first).days)
    for number in range(10 ** 6):
        yield first + datetime.timedelta(days=(number * step) % span)


def questions(metrics, first, last):
    """Route -> endless different targets."""
    def series(ending):
        for number, day in enumerate(days(first, last, 37)):
            yield "/api/v1/metrics/%s%s?from=%s&to=%s&grain=%s" % (metrics[number % len(metrics)], ending, day.replace(day=1), last + datetime.timedelta(days=1 + number % 7), ["month", "quarter", "week"][number // len(metrics) % 3])

    def evidence():
        for number, day in enumerate(days(first, last, 37)):
            yield "/api/v1/metrics/%s/evidence?at=%s&grain=%s&offset=%d" % (metrics[number % len(metrics)], day, ["month", "year"][number % 2], number // 50)

    def community():
        for day in days(first, last, 37):
            yield "/api/v1/community?at=%s" % day

    def fixed(target):
        while True:
            yield target

    return {"/api/v1/status": fixed("/api/v1/status"), "/api/v1/metrics": fixed("/api/v1/metrics"), "/api/v1/metrics/{name}": series(""),
            "/api/v1/metrics/{name}/csv": series("/csv"), "/api/v1/metrics/{name}/evidence": evidence(), "/api/v1/filters": fixed("/api/v1/filters"),
            "/api/v1/community": community(), "/api/v1/rejected": ("/api/v1/rejected?offset=%d" % n for n in range(10 ** 6)), "/": fixed("/")}


def timed(connection, target):
    begun = time.perf_counter()
    connection.request("GET", target)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError("%d for %s" % (answer.status, target))
    return (time.perf_counter() - begun) * 1000


def make_workspace(folder):
    data = os.environ.get("RAPPORT_DATA", "../shared/data")
    if not os.path.exists(os.path.join(data, "urho3d.git.tar")):
        print("SKIPPED: no ../shared/data")
        sys.exit(0)
    adds = [["--home", folder, "add", os.path.join(data, name)] for name in ("urho3d.git.tar", "urho3d-forum.tar.xz")]
    for words in (["init", folder], *adds, ["--home", folder, "sync"]):
        subprocess.run([RAPPORT, *words], check=True, capture_output=True)
    return folder


def main():
    if len(sys.argv) > 1:
        return measure(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 2.0)
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        measure(make_workspace(folder), 2.0)


def measure(home, seconds):
    server = Server(home)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        status = json.loads(server.ask("/api/v1/status")[2])
        metrics = [metric["name"] for metric in json.loads(server.ask("/api/v1/metrics")[2])]
        first, last = (datetime.date.fromisoformat(status[key]) for key in ("first_day", "last_day"))
        print("%d activities, %d people" % (status["activities"], status["people"]))
        print("%-34s %6s %8s %8s %8s" % ("route", "asked", "p50 ms", "p95 ms", "CPU ms"))
        for route, targets in questions(metrics, first, last).items():
            times, worked, until = [], server.processor_seconds(), time.monotonic() + seconds
            while time.monotonic() < until and len(times) < 500:
                times.append(timed(connection, next(targets)))
            times.sort()
            worked = (server.processor_seconds() - worked) * 1000 / len(times)
            print("%-34s %6d %8.1f %8.1f %8.1f" % (route, len(times), times[len(times) // 2], times[int(len(times) * 0.95)], worked))
        busy = server.resident_kilobytes()
        connection.close()
        time.sleep(6)
        idle = server.resident_kilobytes()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        again = timed(connection, "/api/v1/rejected?offset=999999")
        print("memory: %d MB busy, %d MB idle; first answer after a pause: %.0f ms" % (busy // 1024, idle // 1024, again))
    finally:
        server.stop()


if __name__ == "__main__":
    main()
