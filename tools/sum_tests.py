#!/usr/bin/env python3
"""Reads ctest's log, prints what failed and a line a kind, and ends with the sum: "N passed, N failed".

Every test program says how many of its cases passed: GoogleTest in its own words, all others in a line
"N passed, N failed[, N skipped]". A program that fails without saying so (a crash) counts as one failure.
"""
import re
import sys

OURS = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)
BLOCK = re.compile(r"^\d+/\d+ Test(?:ing)?: (.+?)\n(.*?)^Test time =\s+([\d.]+) sec\n-+\n(.*?)$", re.M | re.S)


def count(output):
    """(passed, failed, skipped) as the program itself says; None if it says nothing."""
    said = OURS.findall(output)
    if said:
        return [int(said[-1][0]), int(said[-1][1]), int(said[-1][2] or 0)]
    numbers = {}
    for word in ("PASSED", "FAILED", "SKIPPED"):
        found = re.findall(r"\[\s*%s\s*\] (\d+) tests?\b" % word, output)
        numbers[word] = int(found[-1]) if found else None
    broken = set(re.findall(r"\[\s*FAILED\s*\] (\w\S*\.\S+)", output))
    if broken:
        numbers["FAILED"] = len(broken)
    if all(n is None for n in numbers.values()):
        return None
    return [numbers[w] or 0 for w in ("PASSED", "FAILED", "SKIPPED")]


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        text = log.read()
    total = [0, 0, 0]
    for name, output, seconds, verdict in BLOCK.findall(text):
        body = output.split("Output:\n", 1)[-1]
        numbers = count(body)
        skipped = "Skipped" in verdict
        failed = "Failed" in verdict or "Timeout" in verdict or "Exception" in verdict or "Not Run" in verdict
        if numbers is None:
            numbers = [0, 0, 1] if skipped else [0, 1, 0] if failed else [1, 0, 0]
        if failed and numbers[1] == 0:
            numbers[1] = 1
        if failed:
            print(body.rstrip())
        elif skipped or numbers[2]:
            for line in dict.fromkeys(re.findall(r"^.*SKIPPED:.*$", body, re.M)):
                print(line)
        print("%-12s %5d passed %4d failed %4d skipped  %6.1f s" % (name, *numbers, float(seconds)))
        total = [a + b for a, b in zip(total, numbers)]
    if sum(total) == 0:
        total[1] = 1
        print("no test was run")
    print("%d passed, %d failed%s" % (total[0], total[1], ", %d skipped" % total[2] if total[2] else ""))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
