"""Another computer, as far as the network can tell: a namespace of its own, one cable (veth) to this one.

    with elsewhere(tmp_path) as there: ... there.program("/usr/bin/chromium") ... there.ours ...

Making it needs root. At its end the namespace and, with it, the cable are gone.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`ours` is this machine's address at the cable, `theirs` that of the other end."""

    name: str
    ours: str
    theirs: str
    folder: Path

    def program(self, path: str) -> Path:
        """A script that runs a program there; what it inherits, it keeps."""
        script = self.folder / f"{Path(path).name}-{self.name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {path} "$@"\n')
        script.chmod(0o755)
        return script


@contextmanager
def elsewhere(folder: Path) -> Iterator[Elsewhere]:
    """The namespace until the block ends. Fails, and says why, without root."""
    if os.geteuid() != 0:
        pytest.fail(
            "this test makes a network namespace, which root alone may do: sudo .venv/bin/python -m pytest ..."
        )
    number = os.getpid() % 16384
    name, net = f"cti{number}", f"10.213.{number // 64}.{number % 64 * 4}"
    first, _, last = net.rpartition(".")
    there = Elsewhere(name, f"{first}.{int(last) + 1}", f"{first}.{int(last) + 2}", folder)
    _ip(f"netns add {name}")
    try:
        _ip(f"link add {name}a type veth peer name {name}b netns {name}")
        _ip(f"address add {there.ours}/30 dev {name}a")
        _ip(f"link set {name}a up")
        _ip(f"-n {name} address add {there.theirs}/30 dev {name}b")
        _ip(f"-n {name} link set {name}b up")
        _ip(f"-n {name} link set lo up")
        yield there
    finally:
        subprocess.run(["ip", "link", "delete", f"{name}a"], check=False, capture_output=True)
        _ip(f"netns delete {name}")


def _ip(words: str) -> None:
    done = subprocess.run(["ip", *words.split()], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"ip {words}: {done.stderr}"
