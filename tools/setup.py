#!/usr/bin/env python3
"""Makes a fresh machine ready: a line per step with its seconds; what is done already costs nothing.

    tools/setup.py check    to check the code: a virtual environment with the tools
    tools/setup.py demo     to run: Redis, SIPp, espeak-ng and Asterisk besides
    tools/setup.py test     to test: PostgreSQL as well

Of the system only Debian packages that are missing are touched (root or sudo), and none of their services is
started now. Everything else lands in this folder: `.venv` from the lock file, `var/asterisk`. It needs nothing but
Python's own library, because it runs before everything else.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "lock.sha256"
GOALS = ("check", "demo", "test")
OLDEST_PYTHON = (3, 11)

# Debian's way to say that a package's service is not to be started now: a policy-rc.d that forbids it.
INSTALL = """\
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT INT TERM
    printf '#!/bin/sh\\nexit 101\\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update && apt-get -q install -y --no-install-recommends "$@"
"""


class Failed(Exception):
    """A step failed; the message names the command to repeat."""


def main(arguments: Sequence[str]) -> int:
    """0 when everything is there; 1 after a sentence that says what is not."""
    goal = arguments[0] if arguments else "demo"
    if goal not in GOALS or len(arguments) > 1:
        print(f"usage: tools/setup.py [{'|'.join(GOALS)}]", file=sys.stderr)
        return 2
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise Failed("Python 3.11 or newer is needed; install it and repeat with it: make " + goal)
        step("system packages", lambda: install_packages(goal))
        step("Python packages", lambda: install_python(goal))
        if goal != "check":
            step("Asterisk", lambda: install_asterisk())
    except Failed as failure:
        print(f"set-up: {failure}", file=sys.stderr)
        return 1
    return 0


def step(name: str, work: Callable[[], str]) -> None:
    """Does one step and prints its line: what was done and how long it took."""
    began = time.monotonic()
    done = work()
    print(f"set-up: {name:<16} {time.monotonic() - began:6.1f} s  {done}", flush=True)


def missing_packages(goal: str) -> list[str]:
    """Debian packages that the goal needs and whose programs are not there."""
    wanted = {
        "python3-venv": has_venv(),
        "ca-certificates": Path("/etc/ssl/certs/ca-certificates.crt").exists(),
    }
    if goal != "check":
        wanted |= {"redis-server": has_program("redis-server"), "sip-tester": has_program("sipp")}
        wanted["espeak-ng"] = has_program("espeak-ng")
    if goal == "test":
        there = has_program("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        wanted["postgresql"] = there
        wanted["chromium"] = has_program("chromium")
        wanted["libnss3-tools"] = has_program("certutil")
        wanted["coturn"] = has_program("turnserver")
        wanted["iproute2"] = has_program("ip")
    return [package for package, is_there in wanted.items() if not is_there]


def has_program(name: str) -> bool:
    """Whether a program is on the PATH, or where a user's PATH does not lead."""
    return bool(shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin"))


def has_venv() -> bool:
    """Debian ships `venv` without what it needs to work; ensurepip is the part that is missing."""
    if (VENV / "bin/python").exists():
        return True
    asked = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    return asked.returncode == 0


def install_packages(goal: str) -> str:
    """Installs what is missing, as root or through sudo."""
    missing = missing_packages(goal)
    if not missing:
        return "all there"
    by_hand = f"apt-get update && apt-get install {' '.join(missing)}"  # a fresh machine has no package lists
    if not shutil.which("apt-get"):
        raise Failed(
            f"missing: {', '.join(missing)} (Debian's names); install them, then repeat: make {goal}"
        )
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    if as_root and not shutil.which("sudo"):
        raise Failed(
            f"missing: {', '.join(missing)}, and there is neither root nor sudo to install them; "
            f"as root run: {by_hand}; then repeat: make {goal}"
        )
    run([*as_root, "sh", "-c", INSTALL, "install", *missing], repeat=f"as root {by_hand}; then make {goal}")
    return "installed " + " ".join(missing)


def install_python(goal: str) -> str:
    """The virtual environment with the locked packages and the product itself; instant when it is up to date."""
    lock_names = ["requirements.txt"] if goal == "demo" else ["requirements.txt", "requirements-dev.txt"]
    wanted = {name: digest(ROOT / name, ROOT / "setup.cfg", Path(sys.executable)) for name in lock_names}
    there = STAMP.read_text().split() if STAMP.exists() else []
    if all(value in there for value in wanted.values()):
        return "up to date"
    python = VENV / "bin/python"
    if not runs(python):
        run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            repeat=f"{sys.executable} -m venv --clear .venv",
        )
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    run([*pip, "--require-hashes", "-r", lock_names[-1]])
    run([*pip, "--no-deps", "--no-build-isolation", "--editable", "."])
    STAMP.write_text("\n".join(wanted.values()) + "\n")
    return f"installed from {lock_names[-1]}"


def install_asterisk() -> str:
    """A private Asterisk in var/asterisk, unless there is one or the machine has its own."""
    said = run(
        [str(VENV / "bin/ctiserver"), "asterisk", "install"], repeat=".venv/bin/ctiserver asterisk install"
    )
    return said.strip().rpartition("\n")[2]


def digest(lock: Path, *others: Path) -> str:
    """What the stamp says about a lock: it changes with the lock, the package's own settings and the Python."""
    seen = hashlib.sha256(lock.read_bytes())
    for other in others:
        seen.update(str(other).encode() if other.suffix != ".cfg" else other.read_bytes())
    return seen.hexdigest()


def runs(python: Path) -> bool:
    """Whether the environment's Python is there and works: the system's may have been replaced below it."""
    if not python.exists():
        return False
    return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def run(command: Sequence[str], repeat: str = "") -> str:
    """What the command printed. Raises Failed with its last words and the command to repeat."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout[-3000:], file=sys.stderr)
        raise Failed(f"this failed (its words are above); repeat it: {repeat or shlex.join(command)}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
