"""A few lines of TAP: named tests, run in order, that may hand results on."""
import sys
import traceback


class Skip(Exception):
    """Raised by a test that cannot run; the message says why."""


def run(tests):
    """Runs the functions, named by their docstrings. Returns the exit status."""
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__doc__.splitlines()[0].rstrip(".")
        try:
            test()
            line = f"ok {number} - {name}"
        except Skip as reason:
            line = f"ok {number} - {name} # SKIP {reason}"
        except Exception:
            failed += 1
            print("".join("# " + text for text in traceback.format_exc().splitlines(True)))
            line = f"not ok {number} - {name}"
        print(line, flush=True)
    return min(failed, 1)


def main(tests):
    sys.exit(run(tests))
