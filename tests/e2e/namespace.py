"""Two computers, as far as the network can tell: a namespace each, one cable (veth) between them.

    with elsewhere(tmp_path) as there: ... there.program("/usr/bin/chromium") ... there.ours ...

The thread moves into the first of them, with all that it starts meanwhile. The machine's own network is left as it
is: browsers of tests beside us break off what they load when an interface comes or goes. Making namespaces needs
root. At the end both and, with them, the cable are gone.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`ours` is this computer's address at the cable, `theirs` that of the other end."""

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
    """The other computer, and a new one for us, until the block ends. Fails, and says why, without root."""
    if os.geteuid() != 0:
        pytest.fail(
            "this test makes network namespaces, which root alone may do: sudo .venv/bin/python -m pytest ..."
        )
    number = os.getpid() % 16384
    here, there = f"cti{number}h", f"cti{number}"
    ours, theirs = "10.213.0.1", "10.213.0.2"  # nobody else sees them
    with _namespace(here), _namespace(there):
        _ip(f"-n {here} link add cable type veth peer name cable netns {there}")
        for name, address in ((here, ours), (there, theirs)):
            _ip(f"-n {name} address add {address}/30 dev cable")
            _ip(f"-n {name} link set cable up")
        with _inside(here):
            yield Elsewhere(there, ours, theirs, folder)


@contextmanager
def _namespace(name: str) -> Iterator[None]:
    _ip(f"netns add {name}")
    try:
        _ip(f"-n {name} link set lo up")
        yield
    finally:
        _ip(f"netns delete {name}")


@contextmanager
def _inside(name: str) -> Iterator[None]:
    """This thread, and every process and thread that it starts, are in a namespace."""
    with (
        Path("/proc/thread-self/ns/net").open("rb") as before,
        Path(f"/run/netns/{name}").open("rb") as inside,
    ):
        _enter(inside.fileno())
        try:
            yield
        finally:
            _enter(before.fileno())


def _enter(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _ip(words: str) -> None:
    done = subprocess.run(["ip", *words.split()], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"ip {words}: {done.stderr}"
