#!/usr/bin/env python3
"""Start Corkboard: `python3 run_node.py` serves, `python3 run_node.py COMMAND …` runs any other command.

Makes the environment (.venv) from the hash-locked requirements once, then hands over to node.cli. Until then it uses
only Python's own library. Knows nothing of boards, and never touches a node's data.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parent
VENV = HOME / ".venv"
NEW = HOME / ".venv.new"
OLD = HOME / ".venv.old"
RUN_LOCK = HOME / "requirements" / "run.txt"
OFFLINE_SIGNS = (
    "Retrying (",
    "NewConnectionError",
    "Temporary failure in name",
    "timed out",
    "ProxyError",
    "unreachable",
)


class Stop(Exception):
    """We cannot start; the message is one sentence that names the fix."""


def main(args: list[str]) -> int:
    """Hand over to the command line in our own environment. Returns only if that could not be made."""
    try:
        python = environment()
    except Stop as stop:
        print(f"corkboard: {stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ncorkboard: stopped half-way; the next start begins again.", file=sys.stderr)
        return 130
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HOME), os.environ.get("PYTHONPATH", "")]))
    sys.stdout.flush()
    os.execv(python, [str(python), "-P", "-m", "node.cli", *args])


def environment() -> Path:
    """The Python of an environment that matches the lock, made now if need be. Raises Stop."""
    check_python()
    if stands(VENV, RUN_LOCK):
        return python_of(VENV)
    try:
        with alone():
            if not stands(VENV, RUN_LOCK):
                renew()
    except PermissionError as error:
        raise Stop(f"{error.filename} cannot be written; start once as the owner of {HOME}.") from error
    return python_of(VENV)


def renew() -> None:
    """Build beside the old environment and swap at the end: an interrupted start leaves nothing half-made in use."""
    if not stands(NEW, RUN_LOCK):
        try:
            build()
        except Stop as stop:
            if not usable(VENV):
                raise
            say(f"This version asks for other packages, and they could not be fetched ({stop})")
            say("Starting with the packages that are here; connect to the internet once to finish the update.")
            return
    swap()


def build() -> None:
    """Make .venv.new and fill it from the run lock. Raises Stop."""
    began = time.monotonic()
    say("First start with these packages: making the environment in .venv (a minute or two, once).")
    make_sure_of_venv()
    shutil.rmtree(NEW, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(NEW)], capture_output=True, text=True, close_fds=False)
    if made.returncode:
        raise Stop(f"`python3 -m venv` failed: {last_line(made.stdout + made.stderr)}")
    install(python_of(NEW), RUN_LOCK)
    say(f"The environment is ready ({time.monotonic() - began:.0f} s).")


def swap() -> None:
    """Put .venv.new in the place of .venv. Scripts inside name the folder, so the name is changed first."""
    for script in (NEW / "bin").iterdir():
        if script.is_file() and not script.is_symlink():
            text = script.read_bytes()
            if os.fsencode(NEW) in text:
                script.write_bytes(text.replace(os.fsencode(NEW), os.fsencode(VENV)))
    shutil.rmtree(OLD, ignore_errors=True)
    if VENV.is_symlink() or VENV.exists():
        VENV.rename(OLD)
    NEW.rename(VENV)
    shutil.rmtree(OLD, ignore_errors=True)


def install(python: Path, lock: Path) -> None:
    """Install exactly what the lock names, by hash and as wheels, and stamp the environment. Raises Stop."""
    command = [str(python), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:", "--progress-bar=off"]
    wheels = Path(os.environ.get("CORKBOARD_WHEELS") or HOME / "wheels")
    if wheels.is_dir():
        say(f"Taking the packages from {wheels}.")
        command += ["--no-index", f"--find-links={wheels}"]
    said = run_pip([*command, "-r", str(lock)], total=lock.read_text().count("=="))
    if said is not None:
        raise Stop(why_pip_failed(said, wheels.is_dir()))
    os.sync()  # a power cut must not leave a stamp without its packages
    stamp_file(python.parent.parent, lock).write_text(stamp(lock))


def run_pip(command: list[str], total: int) -> str | None:
    """Run pip, showing what it fetches. None if all went well, otherwise everything that it said."""
    lines: list[str] = []
    fetched = 0
    env = {**os.environ, "PIP_USER": "0"}
    pip = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, close_fds=False
    )
    assert pip.stdout is not None
    for line in pip.stdout:
        lines.append(line)
        if line.startswith(("Collecting ", "Processing ")):
            fetched += 1
            say(f"  {fetched}/{total} {' '.join(re.split('==|-', Path(line.split()[1]).name)[:2])}")
        elif line.startswith("Installing collected"):
            say("  putting them in place")
        elif "Retrying (" in line:
            say("  no answer, trying again")
    return "".join(lines) if pip.wait() else None


def why_pip_failed(said: str, from_wheels: bool) -> str:
    """One sentence on what went wrong and what mends it, from what pip said."""
    if "DO NOT MATCH THE HASHES" in said:
        return "a package was not the one that the lock names, so it was not installed; try another network."
    if "No space left" in said:
        return "the disk is full; free about 300 MB and start again."
    if from_wheels:
        return f"the folder of wheels lacks something that the lock names: {last_line(said)}"
    if any(sign in said for sign in OFFLINE_SIGNS):
        return (
            "the first start needs the internet once, to fetch the packages; connect and start again, or put them "
            "into a folder `wheels` here (README, “Without internet”)."
        )
    return f"the packages could not be installed: {last_line(said)}"


def last_line(said: str) -> str:
    """The last line that says something of its own: pip's errors come last, its notices do not count."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and "notice" not in line]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no reason given"])[-1].removeprefix("ERROR: ")


def make_sure_of_venv() -> None:
    """Debian's python3 comes without venv: as root install it, otherwise say how. Raises Stop."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not apt_install([package]):
        raise Stop(f"Python's venv is missing here; run `sudo apt install {package}` and start again.")
    importlib.invalidate_caches()


def apt_install(packages: list[str]) -> bool:
    """True if apt could install these here. Needs root; refreshes the package lists only when the first try fails."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing with apt: {' '.join(packages)}")
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    said = ""
    for step in (command, ["apt-get", "update", "-q"], command):
        done = subprocess.run(step, env=quiet, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if step is command and done.returncode == 0:
            return True
        said = done.stdout + done.stderr
    say(f"apt could not: {last_line(said)}")
    return False


def check_python() -> None:
    """Raises Stop where this Python or this system is not one that we run on."""
    if os.name != "posix":
        raise Stop("a node runs on Linux; a Raspberry Pi or an old laptop with Debian 12 does well.")
    if tuple(sys.version_info) < (3, 11):
        have = ".".join(map(str, sys.version_info[:2]))
        raise Stop(f"needs Python 3.11 or newer and this is {have}; Debian 12 and newer have it as python3.")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Only one start at a time makes the environment; the others wait. The system frees the lock of who dies, but not
    before the pip that it started, which inherits it (close_fds=False) and may still be writing."""
    import fcntl

    with (HOME / ".venv.lock").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is making the environment; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def stands(venv: Path, lock: Path) -> bool:
    """True if this environment was completed from exactly this lock with this Python."""
    return python_of(venv).exists() and read(stamp_file(venv, lock)) == stamp(lock)


def usable(venv: Path) -> bool:
    """True if this environment was completed once from some lock, with this Python."""
    made_for = read(stamp_file(venv, RUN_LOCK)).rpartition(" ")[0]
    return python_of(venv).exists() and made_for == stamp(RUN_LOCK).rpartition(" ")[0]


def stamp(lock: Path) -> str:
    """What an environment was made from: the Python, the machine, and the hash of the lock."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"python{sys.version_info[0]}.{sys.version_info[1]} {platform.machine()} {digest}"


def stamp_file(venv: Path, lock: Path) -> Path:
    return venv / f"{lock.stem}.stamp"


def python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def read(file: Path) -> str:
    """The file's text, or nothing where there is none."""
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
