"""What the measurements share: where things are, and what a program costs."""
import collections
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
RAPPORT = os.environ.get("RAPPORT", str(ROOT / "rapport"))
BUILD = pathlib.Path(RAPPORT).resolve().parent  # the other programs that a build makes
DATA = pathlib.Path(os.environ.get("RAPPORT_DATA", ROOT.parent / "shared" / "data"))
TRIES = 3

Cost = collections.namedtuple("Cost", "wall cpu")  # seconds; cpu is user and system


def timed(words, **more):
    """The cost of a program and of those that it runs. What it writes is thrown away."""
    begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError("%s ended with %d:\n%s" % (" ".join(map(str, words)), done.returncode, done.stderr))
    return Cost(time.perf_counter() - begun, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)


def best(run, tries=TRIES):
    """The cheapest of several runs, so that what else the machine does weighs less."""
    return min((run() for _ in range(tries)), key=lambda cost: cost.cpu)


def sync_of(source, *how):
    """A function that collects `source` into a new workspace and returns the cost; `how` are more words for `rapport add`."""
    def run():
        home = tempfile.mkdtemp(prefix="rapport-bench-")
        try:
            for words in (["init", home, "-q"], ["--home", home, "add", str(source), "-q", *how]):
                subprocess.run([RAPPORT, *words], check=True, stdout=subprocess.DEVNULL)
            return timed([RAPPORT, "--home", home, "sync", "-q"])
        finally:
            shutil.rmtree(home)
    return run
