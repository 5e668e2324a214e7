#!/usr/bin/env python3
"""How soon the daemon shows the first step of a photograph, beside `uqd decode --step 0`.

Runs on a private session bus with the daemon of the same build as `uqd`.
"""
import argparse
import os
import statistics
import subprocess
import tempfile

import measured

SERVICE = """[D-BUS Service]
Name=org.uqd.Decoder1
Exec="{daemon}"
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("photo", help="a photograph as PNG, or a .uqd file")
    parser.add_argument("--runs", type=int, default=10, metavar="N", help="runs per figure (%(default)s)")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    uqd = measured.Uqd(options)
    build = os.path.dirname(os.path.dirname(os.path.abspath(options.uqd)))
    with tempfile.TemporaryDirectory() as folder:
        file = options.photo
        if not file.endswith(".uqd"):
            file = os.path.join(folder, "a.uqd")
            uqd.encode(options.photo, file)
        services = os.path.join(folder, "dbus-1", "services")
        os.makedirs(services)
        with open(os.path.join(services, "org.uqd.Decoder1.service"), "w", encoding="utf-8") as service:
            service.write(SERVICE.format(daemon=os.path.join(build, "daemon", "uqdd")))
        environment = dict(uqd.environment, XDG_DATA_DIRS=folder)
        client = os.path.join(build, "bench", "bench_first_step")
        subprocess.run(["dbus-run-session", "--", client, file, str(options.runs)], check=True, env=environment)
        out = os.path.join(folder, "out.ppm")
        times = [uqd.decode(file, out, "--step", "0").seconds for _ in range(options.runs)]
    program = f"uqd decode --step 0, median of {options.runs}"
    print(f"{program:<60}{statistics.median(times) * 1e3:>9.1f} ms to its picture")


if __name__ == "__main__":
    main()
