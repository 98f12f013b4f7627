"""One SIPp process: its scenario, its log as events, and how a test tells it to go on."""

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import asterisk_config

_SCENARIOS = Path(asterisk_config.__path__[0]) / "sipp"
_numbers = itertools.count(1)


def until(
    condition: Callable[[], object],
    what: str,
    seconds: float = 10.0,
    story: Callable[[], object] = lambda: "",
) -> None:
    """Returns as soon as the condition is true; fails the test, with the story, when it is not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}; {story()}")
        time.sleep(0.01)


def free_udp_port() -> int:
    """A UDP port of loopback that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class SippEvent:
    """One line of a scenario's log: what happened, in which call, and what it tells."""

    what: str
    call_id: str
    detail: str = ""


class Sipp:
    """One SIPp process with a scenario; its log says how far it is."""

    def __init__(
        self,
        sip_port: int,
        scenario: str | Path,
        replace: Mapping[str, object],
        options: Iterable[str],
        *,
        port: int | None = None,
    ) -> None:
        """`scenario`: a file of ours by its name, or one of somebody else's by its path."""
        if not shutil.which("sipp"):
            raise AssertionError("SIPp is missing; run: apt-get install sip-tester")
        self.port = port or free_udp_port()
        self._events: list[SippEvent] = []
        self._log_offset = 0
        self._reading = threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="sipp-"))
        text = (_SCENARIOS / scenario).read_text()
        for name, value in replace.items():
            text = text.replace(f"@{name}@", str(value))
        file = self._folder / Path(scenario).name
        file.write_text(text)
        self._process = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL", "sipp", f"127.0.0.1:{sip_port}", "-sf", str(file)),
                *("-i", "127.0.0.1", "-p", str(self.port), "-nostdin", "-aa", "-skip_rlimit"),
                *("-cid_str", f"{os.getpid()}-{next(_numbers)}-%u@%s"),
                *("-trace_logs", "-log_file", str(self._folder / "log")),
                *("-trace_err", "-error_file", str(self._folder / "errors")),
                *("-trace_msg", "-message_file", str(self._folder / "messages")),
                *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=(self._folder / "output").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def events(self) -> list[SippEvent]:
        """What the scenario has logged so far."""
        with self._reading:
            self._read_log()
            return list(self._events)

    def told(self, what: str) -> list[SippEvent]:
        """The events of one kind so far, such as "answered"."""
        return [event for event in self.events() if event.what == what]

    def wait_for(self, what: str, *, count: int = 1, seconds: float = 10.0) -> SippEvent:
        """The count-th event of one kind, as soon as it is there."""
        until(lambda: len(self.told(what)) >= count or not self.running, what, seconds, self.story)
        found = self.told(what)
        assert len(found) >= count, f"SIPp ended without {what}: {self.story()}"
        return found[count - 1]

    def wait_end(self, seconds: float = 15.0) -> int:
        """SIPp's exit code, once it has ended by itself."""
        until(lambda: not self.running, "SIPp's end", seconds, self.story)
        return self._process.wait()

    def story(self) -> str:
        """What happened, for a failed assertion."""
        return f"{self.events()} {self._text('errors')[-1500:]} {self._text('output')[-800:]}"

    def messages(self) -> str:
        """All SIP messages, as SIPp saw them."""
        return self._text("messages")

    def tell(self, call_id: str) -> None:
        """Ends the scenario's present wait: a MESSAGE with its Call-ID, which nobody else sends."""
        message = (
            f"MESSAGE sip:127.0.0.1:{self.port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKtold{next(_numbers)}\r\n"
            f"From: <sip:test@127.0.0.1>;tag=t\r\nTo: <sip:test@127.0.0.1>\r\nCall-ID: {call_id}\r\n"
            f"CSeq: {next(_numbers)} MESSAGE\r\nContent-Length: 0\r\n\r\n"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(message.encode(), ("127.0.0.1", self.port))

    def close(self) -> None:
        """Ends SIPp at once, without goodbye, and forgets its files."""
        if self.running:
            self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read_log(self) -> None:
        """Reads what is new; a line that is being written waits for its end."""
        try:
            with (self._folder / "log").open("rb") as log:
                log.seek(self._log_offset)
                fresh, newline, _rest = log.read().rpartition(b"\n")
        except FileNotFoundError:
            return
        self._log_offset += len(fresh) + len(newline)
        lines = fresh.decode(errors="replace").splitlines()
        self._events += [SippEvent(*line.split(maxsplit=2)) for line in lines if line]

    def _text(self, name: str) -> str:
        try:
            return (self._folder / name).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
