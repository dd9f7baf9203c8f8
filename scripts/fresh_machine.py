#!/usr/bin/env python3
"""The proof that two commands are enough: `sudo python3 scripts/fresh_machine.py` on a Debian machine.

Makes the smallest Debian with only python3 and git, clones the last commit of this repository into it, and runs there,
in a chroot: `python3 run_node.py` until /health answers, then `python3 scripts/check.py`. Takes over how this
machine reaches apt and pip (their settings, proxies, certificates), nothing else. Whatever happens, mounts,
processes and the folder are gone afterwards: all of them live in namespaces that end with this script.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

import run_node  # noqa: E402

CLONE = "/srv/corkboard"
TAKEN_OVER = re.compile(r"PIP_.*|(https?|no|all)_proxy|SSL_CERT_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE", re.IGNORECASE)
FILES_TAKEN_OVER = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
APT_SETTINGS = re.compile(r"^Acquire::(https?|ftp|Check-|Retries|Max-)", re.IGNORECASE)
LOCAL_PATH = re.compile(r"(file://|(?<=['\"= ]))(/[^\s'\",]+)")
# In namespaces of its own: processes and mounts end with the first process. $1 the root, $2 folders to show read-only,
# then the command. sh stays as process 1, so that signals reach the command as they would anywhere.
INSIDE = """
root=$1 shown=$2; shift 2
mount --bind "$root" "$root"  # `ip netns` wants the root folder to be a mount of its own, as it is on a machine
mount -t proc proc "$root/proc" && mount -t sysfs sysfs "$root/sys" && mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/dev/pts" "$root/dev/shm"
mount -t devpts devpts "$root/dev/pts" && mount -t tmpfs tmpfs "$root/dev/shm"
for folder in $shown; do
    mkdir -p "$root$folder" && mount --bind "$folder" "$root$folder" && mount -o remount,bind,ro "$root$folder"
done
chroot "$root" "$@"
exit $?
"""


class Failed(Exception):
    """One of the two commands did not do what it promises; the message says which."""


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--suite", default="bookworm", help="the Debian release (bookworm)")
    parser.add_argument("--start-only", action="store_true", help="only the first of the two commands")
    parser.add_argument("--all", action="store_true", help="let check.py run the long suites too")
    chosen = parser.parse_args(args)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `with` and `finally` below still clean up
    began = time.monotonic()
    try:
        with fresh_root(chosen.suite) as root:
            prove_start(root)
            if not chosen.start_only:
                prove_check(root, ["--all"] if chosen.all else [])
    except (Failed, run_node.Stop) as failure:
        print(f"FAILED: {failure}")
        return 1
    print(f"Proved on a fresh machine in {took(began)}.")
    return 0


@contextlib.contextmanager
def fresh_root(suite: str) -> Iterator[Path]:
    """A minimal Debian with python3, git and a clone of this repository; removed at the end. Raises Failed."""
    if os.geteuid() != 0:
        raise run_node.Stop("a fresh machine is made as root: `sudo python3 scripts/fresh_machine.py`.")
    if not shutil.which("mmdebstrap") and not run_node.apt_install(["mmdebstrap"]):
        raise run_node.Stop("run `sudo apt install mmdebstrap` and try again.")
    with tempfile.TemporaryDirectory(prefix="fresh-machine-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "root"
        began = announce(f"a minimal Debian ({suite}) with only python3 and git")
        settings, sources = Path(folder) / "apt.conf", Path(folder) / "sources.list"
        settings.write_text(apt_settings())
        sources.write_text(apt_sources(suite))
        packages = "--include=python3,git,ca-certificates"
        must(["mmdebstrap", "--quiet", "--variant=minbase", packages, f"--aptopt={settings}", suite, root, sources])
        take_over_configuration(root)
        must(["git", "clone", "--quiet", "--no-hardlinks", HOME, f"{root}{CLONE}"])
        commit = output(["git", "-C", f"{root}{CLONE}", "log", "-1", "--format=%h %s"]).strip()
        print(f"--- made in {took(began)}; the clone is at {commit}", flush=True)
        yield root


def prove_start(root: Path) -> None:
    """`python3 run_node.py` on the fresh machine, until a person could use it. Raises Failed."""
    port, peer_port = free_port(), free_port()
    began = announce("python3 run_node.py")
    node = inside(root, ["python3", "run_node.py"], CORKBOARD_PORT=str(port), CORKBOARD_PEER_PORT=str(peer_port))
    try:
        health = wait_for(f"http://127.0.0.1:{port}/health", node, minutes=10)
        print(f"--- answers after {took(began)}: {health}", flush=True)
        stopping = time.monotonic()
    finally:
        status = stop(node)
    print(f"--- stopped in {took(stopping)} with status {status}", flush=True)


def prove_check(root: Path, options: list[str]) -> None:
    """`python3 scripts/check.py` on the fresh machine. Raises Failed."""
    began = announce(" ".join(["python3 scripts/check.py", *options]))
    check = inside(root, ["python3", "scripts/check.py", *options])
    try:
        status = check.wait(timeout=45 * 60)
    except subprocess.TimeoutExpired:
        raise Failed("scripts/check.py did not end within 45 minutes") from None
    finally:
        stop(check)
    print(f"--- ended after {took(began)} with status {status}", flush=True)
    if status:
        raise Failed("scripts/check.py was not content")


def inside(root: Path, command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    """Start a command in the clone on the fresh machine; what it prints is shown. Everything ends with it."""
    machine = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", **environment}
    variables = [f"{name}={value}" for name, value in {**taken_over(), **machine}.items()]
    there = ["env", "-i", *variables, "sh", "-c", f'cd {CLONE} && exec "$@"', "sh", *command]
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation=private"]
    return subprocess.Popen(
        [*apart, "sh", "-c", INSIDE, "sh", str(root), " ".join(folders_to_show()), *there],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask it to end, then make sure: when the first process of the namespace is gone, all its others are too."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
    return process.wait(timeout=20)


def wait_for(address: str, process: subprocess.Popen[bytes], minutes: float) -> str:
    """What an address answers, once it does. Raises Failed if the process ends first, or time runs out."""
    until = time.monotonic() + minutes * 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Failed(f"run_node.py ended with status {process.returncode} before /health answered")
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            return str(direct.open(address, timeout=5).read(2000).decode().strip())
        time.sleep(0.5)
    raise Failed(f"/health did not answer within {minutes:g} minutes")


def apt_sources(suite: str) -> str:
    """Where this machine takes Debian from, as apt itself tells it. It knows nothing before its first update."""
    ask = ["apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    lines = output([*ask, "Origin: Debian"]).splitlines()
    if not lines:
        must(["apt-get", "update", "-q"])
        lines = output([*ask, "Origin: Debian"]).splitlines()
    wanted = sorted({line for line in lines if line.split()[2].partition("-")[0] == suite})
    if not wanted:
        raise run_node.Stop(f"apt on this machine knows no Debian {suite}; name one that it knows with --suite.")
    return "\n".join(wanted) + "\n"


def apt_settings() -> str:
    """How this machine's apt reaches its sources: proxies and checks, none of its packages."""
    return "\n".join(line for line in output(["apt-config", "dump"]).splitlines() if APT_SETTINGS.match(line)) + "\n"


def taken_over() -> dict[str, str]:
    """This machine's variables that say how to reach packages."""
    return {name: value for name, value in os.environ.items() if TAKEN_OVER.fullmatch(name)}


def pip_settings() -> list[Path]:
    """The files from which this machine's pip reads its settings, those that there are."""
    own = Path.home()
    named = os.environ.get("PIP_CONFIG_FILE", "")
    files = [Path("/etc/pip.conf"), own / ".pip" / "pip.conf", own / ".config" / "pip" / "pip.conf", Path(named or "/")]
    return [file for file in files if file.is_file()]


def folders_to_show() -> list[str]:
    """Folders of this machine from which pip takes packages, by its settings. An index names files beside itself."""
    settings = "\n".join([*(file.read_text() for file in pip_settings()), *(f" {v}" for v in taken_over().values())])
    folders = {Path(path).parent if index else Path(path) for index, path in LOCAL_PATH.findall(settings)}
    return sorted(str(folder) for folder in folders if folder.is_dir() and not folder.is_relative_to("/etc"))


def take_over_configuration(root: Path) -> None:
    """Copy how this machine resolves names, trusts certificates and sets up pip."""
    for file in [*map(Path, FILES_TAKEN_OVER), *pip_settings()]:
        if file.is_file():
            copy = Path(f"{root}{file}")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            shutil.copyfile(file, copy)


def must(command: list[object]) -> None:
    """Run a command in front of the reader. Raises Failed."""
    words = [str(word) for word in command]
    if subprocess.run(words, stdin=subprocess.DEVNULL).returncode:
        raise Failed(f"`{' '.join(words[:3])} …` did not work")


def output(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def announce(what: str) -> float:
    print(f"\n=== {what}", flush=True)
    return time.monotonic()


def took(began: float) -> str:
    seconds = time.monotonic() - began
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
