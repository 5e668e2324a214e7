#!/usr/bin/env python3
"""What programs that keep the daemon busy cost another: its first step beside them and alone, memory and descriptors.

Runs on a private session bus with the daemon of the same build as `uqd`, whose limits of jobs and memory are out of the way.
"""
import argparse
import tempfile

import measured

# The crowd is to be as large as asked for, whatever the machine: what the daemon expects jobs to need is more than they take.
LIMITS = "--max-jobs 1024 --max-memory 65536"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", help="a photograph as PNG, or a .uqd file")
    parser.add_argument("--clients", type=int, default=16, metavar="N", help="programs that are busy (%(default)s)")
    parser.add_argument("--jobs", type=int, default=4, metavar="N", help="jobs of each, at most 16 (%(default)s)")
    parser.add_argument("--seconds", type=float, default=60, metavar="S", help="(%(default)s)")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        crowd = [options.clients, options.jobs, options.seconds]
        measured.run_client("bench_crowd", measured.Uqd(options), options.photo, folder, crowd, LIMITS)


if __name__ == "__main__":
    main()
