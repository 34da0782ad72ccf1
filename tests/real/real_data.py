"""What the tests on real data share. Each runs the program named by RAPPORT (default ./rapport) on ../shared/data (or
RAPPORT_DATA), prints one line a check, and is skipped where the data is absent."""
import json, os, subprocess, sys, tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RAPPORT = Path(os.environ.get("RAPPORT", ROOT / "rapport")).resolve()
DATA = Path(os.environ.get("RAPPORT_DATA", ROOT.parent / "shared" / "data"))
score = {"passed": 0, "failed": 0}


def check(what, got, want):
    good = got == want
    score["passed" if good else "failed"] += 1
    print(f"ok      {what}" if good else f"FAILED  {what}: got {got!r}, want {want!r}")


def rapport(home, *words, **more):
    done = subprocess.run([RAPPORT, "--home", home, *words], capture_output=True, text=True, **more)
    if done.returncode not in (0, 2):
        sys.exit(f"rapport {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def sql(home, query):
    return json.loads(rapport(home, "sql", query, "--format", "json"))


def one(home, query):
    return list(sql(home, query)[0].values())[0]


def pairs(home, query):
    """Rows of two columns as a dict."""
    return {tuple(row.values())[0]: tuple(row.values())[1] for row in sql(home, query)}


def content(home, tables):
    """Tables as hashes that do not depend on the order of rows: {name: columns}."""
    return {table: tuple(sql(home, f"SELECT count(*) AS n, sum(hash(t)::HUGEINT)::VARCHAR AS h FROM (SELECT {columns} FROM {table}) t")[0].values())
            for table, columns in tables.items()}


EVERYTHING = {"place": "*", "account": "*", "thread": "*", "activity": "* EXCLUDE (record_key)",
              "rejected_record": "source_id, stream, position, reason, excerpt"}


def same_again(home):
    """A second sync and a replay change nothing."""
    before = content(home, EVERYTHING)
    rapport(home, "sync")
    check("a second sync adds nothing", content(home, EVERYTHING), before)
    rapport(home, "replay")
    check("a replay says the same", content(home, EVERYTHING), before)


def need(*paths):
    """The paths, or the end of the test where they are absent."""
    if not all(path.exists() for path in paths):
        print("SKIPPED: no ../shared/data")
        sys.exit(77)
    return paths[0] if len(paths) == 1 else paths


def needs(*names):
    need(*(DATA / name for name in names))


def synced(*sources):
    """A new workspace with these files of the data, read; a TemporaryDirectory."""
    home = tempfile.TemporaryDirectory()
    rapport(home.name, "init", home.name, "-q")
    for source in sources:
        rapport(home.name, "add", source, "-q")
    rapport(home.name, "sync")
    return home


def end():
    print(f"{score['passed']} passed, {score['failed']} failed")
    sys.exit(1 if score["failed"] else 0)
