"""Load from SIPp: callers at a steady rate, and one process that is the phone of every agent.

Nobody listens: audio goes to a socket that is bound and never read, which costs the kernel next to nothing and
Asterisk what a real phone costs.
"""

import csv
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.integration.sipp import free_udp_port, until

_SCENARIOS = Path(__file__).parent / "scenarios"


def caller_number(caller: int) -> str:
    """The number of the n-th caller, from 1."""
    return f"+56922{100_000 + caller}"


class _Sipp:
    """One SIPp process with its scenario and its statistics."""

    def __init__(self, sip_port: int, scenario: str, values: Mapping[str, object], *options: str) -> None:
        self.port = free_udp_port()
        self._folder = Path(tempfile.mkdtemp(prefix="bench-sipp-"))
        self._sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        self._sink.bind(("127.0.0.1", 0))
        text = (_SCENARIOS / scenario).read_text()
        for name, value in {**values, "MEDIA_PORT": self._sink.getsockname()[1]}.items():
            text = text.replace(f"@{name}@", str(value))
        (self._folder / scenario).write_text(text)
        self._process = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL", "sipp", f"127.0.0.1:{sip_port}"),
                *("-sf", str(self._folder / scenario), "-i", "127.0.0.1", "-p", str(self.port)),
                *("-nostdin", "-skip_rlimit", "-trace_stat", "-fd", "1"),
                *("-stf", str(self._folder / "statistics")),
                *("-trace_err", "-error_file", str(self._folder / "errors")),
                *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.pid = self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def statistics(self) -> dict[str, str]:
        """The newest line of SIPp's own statistics."""
        with (self._folder / "statistics").open() as file:
            return list(csv.DictReader(file, delimiter=";"))[-1]

    def errors(self) -> str:
        """The beginning of what SIPp complained about."""
        file = self._folder / "errors"
        return file.read_text(errors="replace")[:1500] if file.exists() else ""

    def close(self) -> None:
        """Ends it at once and forgets its files."""
        if self.running:
            self._process.kill()
        self._process.wait()
        self._sink.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class Callers(_Sipp):
    """`count` callers at `per_second`, each with `caller_number` of his own.

    `scenario` is "caller.xml", or "answered.xml" for callers who only want to be answered; "pressing.xml" is that of
    callers who send sound and keys. `values` stand for `@NAME@` in it, `options` are SIPp's own.
    """

    def __init__(
        self,
        sip_port: int,
        did: str,
        *,
        count: int,
        per_second: int,
        patience_seconds: float,
        scenario: str = "caller.xml",
        values: Mapping[str, object] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self._numbers = tempfile.NamedTemporaryFile("w", prefix="bench-callers-", suffix=".csv")  # noqa: SIM115
        self._numbers.write("SEQUENTIAL\n" + "\n".join(map(caller_number, range(1, count + 1))) + "\n")
        self._numbers.flush()
        super().__init__(
            sip_port,
            scenario,
            {"DID": did, **(values or {})},
            *options,
            *("-inf", self._numbers.name),
            *("-m", str(count), "-r", str(per_second), "-l", str(count)),
            *("-recv_timeout", str(round(patience_seconds * 1000))),
        )

    def wait(self, seconds: float) -> tuple[int, int]:
        """Calls that went as the scenario says, and calls that failed, once all are over."""
        until(lambda: not self.running, "the end of all calls", seconds, self.errors)
        counted = self.statistics()
        return int(counted["SuccessfulCall(C)"]), int(counted["FailedCall(C)"])

    def close(self) -> None:
        super().close()
        self._numbers.close()


class Phones(_Sipp):
    """The phones of all agents, `sip:NAME@127.0.0.1:PORT`."""

    def __init__(self, sip_port: int, *, talk_seconds: float) -> None:
        super().__init__(sip_port, "phones.xml", {"TALK_MS": round(talk_seconds * 1000)})
