"""What the tests of the simulated community share: a score, the community written and served, its truth."""
import csv
import gzip
import http.client
import json
import os
import re
import subprocess

RAPPORT = os.path.abspath(os.environ.get("RAPPORT", "./rapport"))
score = {"passed": 0, "failed": 0}


def check(what, got, want):
    good = got == want
    score["passed" if good else "failed"] += 1
    if not good:
        print(f"FAILED {what}: got {got!r}, want {want!r}")


def ended():
    """The last line of a test, and its exit code."""
    print(f"{score['passed']} passed, {score['failed']} failed")
    return 1 if score["failed"] else 0


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ask(home, sql):
    """Rows that the store of a workspace answers."""
    return json.loads(subprocess.run([RAPPORT, "--home", home, "sql", sql, "--json"], capture_output=True, text=True, check=True).stdout)


class Served:
    """A written community, offered on a port of its own."""

    def __init__(self, folder, *more):
        self.process = subprocess.Popen([RAPPORT, "simulate", "serve", folder, "--port", "0", *more], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)$", self.process.stdout.readline().strip())[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def ask(self, path, method="GET", headers={}, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, headers=headers, body=body)
        answer = connection.getresponse()
        body = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        connection.close()
        return answer, body

    def json(self, path):
        return json.loads(self.ask(path)[1])

    def faults(self, **values):
        return self.ask("/_faults?" + "&".join(f"{k}={v}" for k, v in values.items()), "POST")[0].status
