#!/usr/bin/env python3
"""pinned_python.py REQUIREMENTS FOLDER: makes a virtual environment in FOLDER with what REQUIREMENTS pins, each file by its hash,
and says where its programs are. It is made once: again only when REQUIREMENTS or this Python change.

Exit code 77 where the package index cannot be reached.
"""
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

UNREACHED = re.compile(r"connection broken by|Max retries exceeded|Read timed out|Temporary failure in name resolution")


class Unreachable(Exception):
    """The package index does not answer."""


def environment(requirements, folder):
    """The folder of the environment's programs. Raises Unreachable, or RuntimeError with the words of pip."""
    requirements, folder = pathlib.Path(requirements), pathlib.Path(folder).absolute()
    programs, stamp = folder / "bin", folder / "pinned"
    want = hashlib.sha256(requirements.read_bytes() + sys.version.encode() + str(folder).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == want:
        return programs
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(folder)], "this needs the package python3-venv")
    run([str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "20",
         "--require-hashes", "--requirement", str(requirements)], "see what pip says")
    stamp.write_text(want)
    return programs


def run(words, advice):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode == 0:
        return
    said = (done.stdout + done.stderr).strip()
    if UNREACHED.search(said):
        raise Unreachable("the package index cannot be reached")
    raise RuntimeError("%s failed; %s:\n%s" % (" ".join(words[:4]), advice, said))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        print(environment(*sys.argv[1:]))
    except Unreachable as reason:
        print("SKIPPED: %s" % reason)
        sys.exit(77)
    except RuntimeError as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
