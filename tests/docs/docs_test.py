#!/usr/bin/env python3
"""The documents say what the program says: generated pages are fresh, each setting of each connector is explained in
the connector's README, and every relative link in *.md leads somewhere."""
import json
import os
import re
import subprocess
import sys
import urllib.parse

passed, failures = 0, []
RAPPORT = os.environ.get("RAPPORT", "./rapport")


def check(good, message):
    global passed
    if good:
        passed += 1
    else:
        failures.append(message)


def run(*words):
    return subprocess.run(words, capture_output=True, text=True)


def slug(heading):
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def check_links(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = urllib.parse.unquote(target).partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        check(os.path.exists(file), "%s: the link %s leads nowhere" % (path, target))
        if anchor and file.endswith(".md") and os.path.exists(file):
            with open(file, encoding="utf-8") as f:
                headings = {slug(h) for h in re.findall(r"^#+ (.+)$", f.read(), re.M)}
            check(anchor in headings, "%s: %s has no heading #%s" % (path, file, anchor))


def check_connectors():
    names = [row["connector"] for row in json.loads(run(RAPPORT, "sources", "--connectors", "--json").stdout)]
    check(names, "`rapport sources --connectors --json` names none")
    for name in names:
        readme = "connectors/%s/README.md" % name
        check(os.path.exists(readme), "%s is missing" % readme)
        text = open(readme, encoding="utf-8").read() if os.path.exists(readme) else ""
        for row in json.loads(run(RAPPORT, "sources", "--connector", name, "--json").stdout):
            check("`%s`" % row["setting"] in text, "%s does not explain the setting `%s`" % (readme, row["setting"]))


def check_commands():
    text = open("docs/reference/commands.md", encoding="utf-8").read() if os.path.exists("docs/reference/commands.md") else ""
    listed = run(RAPPORT, "--help").stdout.split("Subcommands:", 1)[1]
    for command in re.findall(r"^  ([a-z][a-z-]*) ", listed, re.M):
        check(re.search(r"^#+ .*\b%s\b" % command, text, re.M), "docs/reference/commands.md has no heading for `rapport %s`" % command)


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    fresh = run("python3", "tools/gen-docs", "--check")
    check(fresh.returncode == 0, "tools/gen-docs --check: " + (fresh.stdout + fresh.stderr).strip())
    check_commands()
    check_connectors()
    listed = run("git", "ls-files", "-co", "--exclude-standard", "*.md").stdout.splitlines()
    for path in listed:
        if os.path.exists(path):
            check_links(path)
    for message in failures:
        print("FAILED " + message)
    print("%d passed, %d failed" % (passed, len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
