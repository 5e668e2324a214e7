"""The program `uqd` as files in and files out, and what a run of a program takes."""
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def add_uqd_options(parser):
    """Where `uqd` and its models are: the release build of the project unless said otherwise."""
    add_program_option(parser)
    parser.add_argument("--model", metavar="MODEL", help="a file, or the name of an installed one (lattice)")
    parser.add_argument("--order", choices=("visual", "psnr"), help="of the bytes within a step: what uqd encode does by itself")


def add_program_option(parser):
    parser.add_argument("--uqd", default=find_uqd(), metavar="FILE", help="the program uqd (%(default)s)")


def find_uqd():
    for build in ("release", "check"):
        path = os.path.join(ROOT, "build", build, "cli", "uqd")
        if os.path.exists(path):
            return path
    return shutil.which("uqd") or "uqd"


@dataclasses.dataclass
class Usage:
    """What one run of a program took."""

    seconds: float
    peak_bytes: int  # largest resident memory
    cpu_seconds: float = 0.0  # user and system


# Runs in a small interpreter of its own: a child's largest memory counts from that of its parent.
LAUNCHER = """
import os, sys, time
begin = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - begin, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime, file=open(int(sys.argv[1]), "w"))
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def run(command, environment=None):
    """Runs a command that must succeed and measures it; its output appears only if it fails."""
    read_end, write_end = os.pipe()
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(write_end)]
    with open(read_end, encoding="ascii") as pipe, tempfile.TemporaryFile() as log:
        process = subprocess.run(
            launcher + command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, pass_fds=[write_end]
        )
        os.close(write_end)
        if process.returncode != 0:
            log.seek(0)
            raise SystemExit(f"{' '.join(command)}: failed: {log.read().decode(errors='replace').strip()}")
        seconds, peak_bytes, cpu_seconds = pipe.read().split()
    return Usage(float(seconds), int(peak_bytes), float(cpu_seconds))


def call(command, environment=None):
    """Runs a command that must succeed, without measuring it."""
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, check=False
    )
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: failed: {result.stdout.decode(errors='replace').strip()}")


SERVICE = """[D-BUS Service]
Name=org.uqd.Decoder1
Exec="{daemon}"{arguments}
"""


def run_beside_daemon(build, folder, command, environment=None, arguments=""):
    """Runs a command on a session bus of its own that can start the daemon of that build, with arguments; folder is for its files."""
    services = os.path.join(folder, "dbus-1", "services")
    os.makedirs(services, exist_ok=True)
    with open(os.path.join(services, "org.uqd.Decoder1.service"), "w", encoding="utf-8") as service:
        words = "".join(f" {word}" for word in arguments.split())
        service.write(SERVICE.format(daemon=os.path.join(build, "daemon", "uqdd"), arguments=words))
    environment = dict(environment or os.environ, XDG_DATA_DIRS=folder, XDG_CACHE_HOME=os.path.join(folder, "cache"))
    subprocess.run(["dbus-run-session", "--"] + command, check=True, env=environment)


def run_client(name, uqd, photo, folder, client_arguments, arguments=""):
    """Runs build/bench/NAME with the photograph's file, which is encoded if need be, beside the daemon of uqd's build; returns the file."""
    build = os.path.dirname(os.path.dirname(os.path.abspath(uqd.program)))
    file = photo
    if not file.endswith(".uqd"):
        file = os.path.join(folder, "a.uqd")
        uqd.encode(photo, file)
    command = [os.path.join(build, "bench", name), file, *map(str, client_arguments)]
    run_beside_daemon(build, folder, command, uqd.environment, arguments)
    return file


@dataclasses.dataclass
class Choice:
    """What Uqd takes from the options of a program, where it is not one model for all."""

    uqd: str
    model: str
    solid: bool = False


class Uqd:
    """The program `uqd`, by its command line. `execute` is `run`, or `call` where nothing is timed."""

    def __init__(self, options, execute=run, threads=None):
        self.program, self.execute = options.uqd, execute
        self.arguments = ["--model", options.model] if options.model else []
        self.encoding = ["--solid"] if getattr(options, "solid", False) else []
        if getattr(options, "order", None):
            self.encoding += ["--order", options.order]
        if threads:
            self.arguments += ["--threads", str(threads)]
        self.environment = dict(os.environ)
        self.environment.setdefault("UQD_MODELS", os.path.join(ROOT, "models"))
        if options.model and os.path.isfile(options.model):  # where `uqd info`, which takes no model, finds it
            self.environment["UQD_MODELS"] = os.path.dirname(os.path.abspath(options.model))

    def encode(self, image, out, *more):
        how = [*self.arguments, *self.encoding, *more]
        return self.execute([self.program, "encode", image, "-o", out, *how], self.environment)

    def decode(self, file, out, *more):
        return self.execute([self.program, "decode", file, "-o", out, *self.arguments, *more], self.environment)

    def info(self, file):
        how = ["--decode"] if "--solid" in self.encoding else []  # where its steps end, no table says
        command = [self.program, "info", "--json", *how, file]
        info = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=self.environment).stdout)
        if not info["model_name"]:
            raise RuntimeError(f"{' '.join(command)}: finds no model; is its file named *.uqdm?")
        return info
