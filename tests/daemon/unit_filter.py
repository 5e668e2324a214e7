#!/usr/bin/env python3
"""The daemon under the filter of system calls that its systemd unit has: workers confine themselves and decode.

usage: unit_filter.py UNIT UQDD UQDCTL MAKE_TINY_MODEL UQD
"""
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time

SKIPPED = 77


def names_of(word):
    """The calls of a word of SystemCallFilter."""
    if not word.startswith("@"):
        return {word}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", word], stdout=subprocess.PIPE, text=True, check=True).stdout
    words = [line.strip() for line in listed.splitlines()[1:]]
    return set().union(*(names_of(w) for w in words if w and not w.startswith("#")), {"execve"})


def load_filter(unit):
    """As systemd: what is not allowed ends the process."""
    import seccomp

    lines = [line for line in open(unit, encoding="utf-8") if line.startswith("SystemCallFilter=")]
    assert lines, "the unit has no filter"
    rules = seccomp.SyscallFilter(defaction=seccomp.KILL_PROCESS)
    for name in set().union(*(names_of(word) for line in lines for word in line.split("=", 1)[1].split())):
        try:
            rules.add_rule(seccomp.ALLOW, name)
        except (RuntimeError, OSError):  # of another architecture, or newer than the library
            pass
    rules.load()


def run_daemon(unit, program):
    load_filter(unit)
    os.execv(program, [program])


def inside(unit, uqdd, uqdctl, file, out):
    """On the private bus."""
    daemon = subprocess.Popen([sys.executable, __file__, "--daemon", unit, uqdd])
    try:
        status, end = "", time.monotonic() + 60
        while "workers     " not in status or "not known" in status:
            assert daemon.poll() is None and time.monotonic() < end, f"the daemon does not come up: {status}"
            status = subprocess.run([uqdctl, "status"], stdout=subprocess.PIPE, text=True, check=False).stdout
        print(status)
        subprocess.run([uqdctl, "frame", file, "-o", out, "--step", "1"], check=True)
        assert daemon.poll() is None, "the daemon ended"
    finally:
        daemon.terminate()
        daemon.wait()


def main():
    if sys.argv[1] == "--daemon":
        run_daemon(*sys.argv[2:])
    if sys.argv[1] == "--inside":
        return inside(*sys.argv[2:])
    unit, uqdd, uqdctl, make_tiny_model, uqd = sys.argv[1:]
    if not importlib.util.find_spec("seccomp") or not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze or the module seccomp is missing")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        model, picture, file = (os.path.join(folder, name) for name in ("lattice.uqdm", "a.ppm", "a.uqd"))
        subprocess.run([make_tiny_model, model], check=True)
        with open(picture, "wb") as ppm:
            ppm.write(b"P6 40 30 255\n" + bytes(i * 7 % 256 for i in range(40 * 30 * 3)))
        os.environ["UQD_MODELS"] = folder
        subprocess.run([uqd, "encode", picture, "-o", file], check=True)
        command = [sys.executable, __file__, "--inside", unit, uqdd, uqdctl, file, os.path.join(folder, "a.png")]
        return subprocess.run(["dbus-run-session", "--"] + command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
