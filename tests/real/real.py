"""What the tests on real data share: where it is, the program, and the count of checks."""
import json, os, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RAPPORT = Path(os.environ.get("RAPPORT", ROOT / "rapport")).resolve()
DATA = Path(os.environ.get("RAPPORT_DATA", ROOT.parent / "shared" / "data"))
results = {"passed": 0, "failed": 0}


def check(what, got, want):
    good = got == want
    results["passed" if good else "failed"] += 1
    print(f"ok      {what}" if good else f"FAILED  {what}: got {got!r}, want {want!r}")


def need(*paths):
    """The paths, or the end of the test where they are absent."""
    if not all(path.exists() for path in paths):
        print("SKIPPED: no ../shared/data")
        sys.exit(77)
    return paths[0] if len(paths) == 1 else paths


def finish():
    print(f"{results['passed']} passed, {results['failed']} failed")
    sys.exit(1 if results["failed"] else 0)


def rapport(home, *words, **more):
    done = subprocess.run([RAPPORT, "--home", home, *words], capture_output=True, text=True, **more)
    if done.returncode not in (0, 2):
        sys.exit(f"rapport {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def sql(home, query):
    return json.loads(rapport(home, "sql", query, "--format", "json"))


def one(home, query):
    return list(sql(home, query)[0].values())[0]
