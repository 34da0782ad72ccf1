#!/usr/bin/env python3
"""The rules of the house that a machine can check: where things lie, what may include what, how long a file may be."""
import os
import re
import subprocess
import sys

# A room may include itself and what is listed. Faces stand on capabilities, these on metrics, these on the store.
GROUND = {"base"}
STORES = GROUND | {"store", "http", "workspace"}
CAPABILITIES = {"identity", "sync", "topics", "queue", "impact", "work", "check", "publish", "career"}
BELOW_FACES = STORES | CAPABILITIES | {"metrics", "connectors", "sources", "report"}
MAY_INCLUDE = {
    "base": set(),
    "http": GROUND,
    "store": GROUND,
    "workspace": GROUND,
    "metrics": STORES,
    "identity": STORES | {"metrics"},
    "sync": STORES | {"metrics", "identity", "connectors", "topics"},
    "sources": STORES | {"connectors"},
    "report": BELOW_FACES,
    "cli": BELOW_FACES | {"server", "mcp"},
    "server": BELOW_FACES,
    "mcp": BELOW_FACES,
}
for room in CAPABILITIES - {"identity", "sync"}:
    MAY_INCLUDE[room] = STORES | {"metrics", "identity"}

EMPTY_NAMES = re.compile(r"util|helper|manager|common", re.I)
LONGEST = 600
SOURCE = (".cpp", ".h", ".py", ".ts", ".svelte", ".sql", ".sh")
passed, failures = 0, []


def check(good, message):
    global passed
    if good:
        passed += 1
    else:
        failures.append(message)


def files():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True).stdout
    return [f for f in listed.splitlines() if os.path.isfile(f)]


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def check_includes(path, text):
    parts = path.split("/")
    for target in re.findall(r'^#include [<"]([^>"]+)[>"]', text, re.M):
        if target == "duckdb.h" or target.startswith("duckdb"):
            check(path.startswith("src/store/"), "%s includes %s: only src/store may" % (path, target))
        other = target.split("/")
        if parts[0] == "src" and len(parts) > 2 and len(other) > 1:
            room, wanted = parts[1], other[0]
            if room not in MAY_INCLUDE:
                check(False, "%s: the room src/%s is not in tests/layout/layout_test.py" % (path, room))
            elif wanted in MAY_INCLUDE or wanted == "connectors":
                check(wanted == room or wanted in MAY_INCLUDE[room], "%s includes %s: that arrow does not point down" % (path, target))
        if parts[0] == "connectors" and len(parts) > 2 and len(other) > 1:
            if other[0] in MAY_INCLUDE:
                check(other[0] in ("base", "http"), "%s includes %s: connectors stand on base and http only" % (path, target))
            elif other[0] == "connectors" and len(other) > 2:
                check(other[1] == parts[1], "%s includes %s: that is another connector's" % (path, target))


def check_shape(path, text):
    name = os.path.basename(path)
    check(not EMPTY_NAMES.search(name), "%s: the name says nothing; name the thing" % path)
    if not path.endswith(SOURCE):
        return
    lines = text.splitlines()
    reasoned = any("Long because" in line for line in lines[:20])
    check(len(lines) <= LONGEST or reasoned, '%s has %d lines: split it, or say "Long because …" at its head' % (path, len(lines)))
    if path.endswith(".h") and path.startswith(("src/", "connectors/")):
        check("//" in text, "%s: a header states its contract in comments" % path)
    for number, line in enumerate(lines, 1):
        if line != line.rstrip() or ("\t" in line and path.endswith((".cpp", ".h"))):
            check(False, "%s:%d: blanks at the end or a tab" % (path, number))


def check_folders(listed):
    for folder in sorted({f.split("/")[1] for f in listed if f.startswith("connectors/") and f.count("/") > 1}):
        for wanted in ("README.md", "model.sql"):
            # A model may be built out of mappings in C++.
            built = wanted == "model.sql" and any(".make_model" in read(f) for f in listed if f.startswith("connectors/%s/" % folder) and f.endswith(".cpp"))
            check(os.path.exists("connectors/%s/%s" % (folder, wanted)) or built, "connectors/%s has no %s" % (folder, wanted))
        check(folder == "git" or os.path.isdir("connectors/%s/fixtures" % folder), "connectors/%s has no fixtures" % folder)
    numbers = sorted(int(m.group(1)) for f in listed for m in [re.match(r"schema/(\d{4})_\w+\.sql$", f)] if m)
    check(numbers == list(range(1, len(numbers) + 1)), "migrations are not numbered without gaps: %s" % numbers)
    for metric in [f for f in listed if re.match(r"metrics/\w+\.sql$", f)]:
        twin = "tests/cases/metrics/%s.test" % os.path.basename(metric)[:-4]
        check(os.path.exists(twin), "%s has no twin %s" % (metric, twin))


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    listed = files()
    for path in listed:
        if path.startswith(("third_party/", "web/node_modules/")) or "/fixtures/" in path:
            continue
        text = read(path)
        if path.endswith((".cpp", ".h")):
            check_includes(path, text)
        check_shape(path, text)
    check_folders(listed)
    for message in failures:
        print("FAILED " + message)
    print("%d passed, %d failed" % (passed, len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
