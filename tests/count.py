#!/usr/bin/env python3
"""Counts what a meson test run really ran: prints "passed failed skipped".

Every line of meson's testlog.json is one program. The TAP lines it printed are counted, not the
program; a program that died, or promised more tests than it ran, counts as one failure more.
"""

import json
import re
import sys

RESULT = re.compile(r"^(not )?ok\b(.*)$", re.MULTILINE)
SKIP = re.compile(r"#\s*skip", re.IGNORECASE)


def count(program):
    passed = failed = skipped = 0
    for negation, rest in RESULT.findall(program.get("stdout", "")):
        if negation:
            failed += 1
        elif SKIP.search(rest):
            skipped += 1
        else:
            passed += 1
    if program["result"] not in ("OK", "SKIP") and failed == 0:
        failed += 1
    if passed + failed + skipped == 0:
        failed += 1
    return passed, failed, skipped


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        counts = [count(json.loads(line)) for line in log]
    print(*(sum(column) for column in zip(*counts)))


if __name__ == "__main__":
    main()
