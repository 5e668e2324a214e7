#!/usr/bin/env python3
"""Run the tests of a build directory and count every single test.

usage: run_tests.py BUILD [option of `meson test`]... [-- TEST...]

Prints a line per skipped test with its reason, the output of every failed
program, and at last `N passed, N failed, N skipped`. The counts are of the
tests inside the programs, read from their TAP: Debian's cmocka reports a
skipped test as `not ok N # SKIP name`, which Meson takes for a failure. A
TEST that is not there is a failure, too, which Meson passes over.
"""
import glob
import json
import os
import re
import subprocess
import sys

OUTPUT_LINES = 60  # of a failed program

PLAN = re.compile(r"1\.\.(\d+)\s*(?:#\s*SKIP\b\s*(.*))?$", re.IGNORECASE)
RESULT = re.compile(r"(not )?ok\b *\d* *(?:- )?(.*?) *(?:# *(SKIP|TODO)\b *(.*))?$", re.IGNORECASE)
PROGRESS = re.compile(r" *(\d+/\d+) (.*?) +(?:OK|FAIL|ERROR|SKIP|TIMEOUT) +([\d.]+s)")
REASON = re.compile(r"(?:# *)?skip: *(.*)")


def without_project(name):
    """Meson puts the project's name before the suite's."""
    return name.split(":", 1)[-1]


class Program:
    """What one test program did, from an entry of Meson's testlog.json."""

    def __init__(self, entry):
        self.name = without_project(entry["name"])
        self.output = entry.get("stdout", "") + entry.get("stderr", "")
        self.passed, self.failed, self.skipped = 0, [], []  # count, names, (name, reason)
        planned, is_tap, reason = 0, False, ""
        for line in entry.get("stdout", "").splitlines():
            if match := PLAN.match(line):
                is_tap = True
                planned += int(match[1])
                if match[1] == "0":
                    self.skipped.append(("", match[2] or reason))
            elif match := RESULT.match(line):
                is_tap = True
                self._add_result(match, reason)
                reason = ""
            elif match := REASON.match(line):
                reason = match[1]
        done = self.passed + len(self.failed) + len(self.skipped)
        if entry["result"] == "TIMEOUT":
            self.failed.append(f"timed out after {done} tests")
        elif not is_tap and entry["result"] == "SKIP":
            self.skipped.append(("", reason))
        elif not is_tap and entry["result"] == "OK":
            self.passed = 1
        elif done < planned:
            self.failed.append(f"ended after {done} of {planned} tests")
        elif not self.failed and (entry["returncode"] != 0 or done == 0):
            self.failed.append(f"exit status {entry['returncode']}, {done} tests run")

    def _add_result(self, match, reason):
        not_ok, name, directive, text = match.groups()
        if directive and directive.upper() == "SKIP":
            # cmocka puts the name of the test where TAP has the reason.
            self.skipped.append((name or text, reason or (text if name else "")))
        elif not_ok and not directive:
            self.failed.append(name)
        else:
            self.passed += 1


def run(build, arguments):
    """Runs the tests, printing the name of each program as it ends; returns the Programs."""
    pattern = os.path.join(glob.escape(build), "meson-logs", "testlog*.json")  # a wrapper is part of the name
    for log in glob.glob(pattern):
        os.unlink(log)
    command = ["meson", "test", "-C", build, "--no-rebuild", *arguments]
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, errors="replace") as meson:
        for line in meson.stdout:
            if match := PROGRESS.match(line):
                print(f"  {match[1]} {without_project(match[2])} ({match[3]})", flush=True)
    programs = []
    for log in glob.glob(pattern):
        with open(log, encoding="utf-8", errors="replace") as lines:
            programs += [Program(json.loads(line)) for line in lines]
    return programs


def absent(programs, arguments):
    """The tests that the arguments name but that did not run."""
    names = arguments[arguments.index("--") + 1:] if "--" in arguments else []
    ran = {program.name.split(" / ")[-1] for program in programs}
    return [name for name in names if name not in ran]


def main():
    programs = run(sys.argv[1], sys.argv[2:])
    missing = absent(programs, sys.argv[2:])
    for program in programs:
        for name, reason in program.skipped:
            print(f"skipped: {program.name} {name}: {reason or 'no reason given'}".replace(" :", ":"))
    for program in programs:
        if program.failed:
            print(f"\nFAILED: {program.name}: {'; '.join(program.failed)}")
            print("\n".join("    " + line for line in program.output.splitlines()[-OUTPUT_LINES:]))
    for name in missing:
        print(f"\nFAILED: {name}: there is no such test")
    passed = sum(p.passed for p in programs)
    failed = sum(len(p.failed) for p in programs) + len(missing)
    skipped = sum(len(p.skipped) for p in programs)
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
