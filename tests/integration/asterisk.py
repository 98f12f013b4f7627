"""A private, real Asterisk for tests: free ports, its own folder, nothing left behind."""

import base64
import http.client
import itertools
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ctiserver.asterisk.conf import cel_file
from ctiserver.asterisk.passwords import USER, passwords
from ctiserver.asterisk.run import AsteriskProcess, start
from ctiserver.core.config import Config
from ctiserver.process.config_file import load
from tests.integration.sipp import Caller, Phone, until

DID_ES, DID_EN, DID_EMERGENCY = "+56221234567", "+56221234568", "+56221234569"
EMERGENCY_NUMBER = "+56229999999"
# The fallback rings this agent too, where a test makes him.
FALLBACK_AGENT = "1999"

_FIRST_PORT, _BEHIND_PORTS = 28_500, 32_700  # above the RTP ports of tests, below the kernel's own choice
_REPOSITORY = Path(__file__).parents[2]
_FILE = """
[installation]
name = "{name}"
state_dir = "{folder}/state"

[asterisk]
install_dir = "{install_dir}"
sip_port = {sip_port}
http_port = {http_port}
ami_port = {ami_port}
rtp_first_port = {rtp_first_port}
rtp_last_port = {rtp_last_port}
{asterisk}

[asterisk.fallback]
emergency_number = "{emergency_number}"
endpoints = ["sip:fallback@127.0.0.1:{fallback_port}", "PJSIP/{fallback_agent}"]
wait_seconds = 10

[[asterisk.trunks]]
name = "pstn"
match = ["127.0.0.1"]
host = "127.0.0.1"
port = {emergency_port}

{numbers}

{more}
"""
_NUMBERS = f"""
[[numbers]]
did = "{DID_ES}"

[[numbers]]
did = "{DID_EN}"
language = "en"

[[numbers]]
did = "{DID_EMERGENCY}"
emergency = true
"""


@dataclass(slots=True)
class PrivateAsterisk:
    """The running switch, the file it was configured from, and what tests ask of it.

    Phones of the fallback listen on `fallback_port`, the emergency service on `emergency_port`.
    """

    config_file: Path
    config: Config
    process: AsteriskProcess
    fallback_port: int
    emergency_port: int

    @property
    def sip_port(self) -> int:
        return self.config.asterisk.sip_port

    @property
    def ari_user(self) -> tuple[str, str]:
        """Name and password for ARI."""
        return USER, passwords(self.config).ari

    def command(self, line: str) -> str:
        """What Asterisk's command line answers."""
        return self.process.command(line)

    def channels(self) -> list[str]:
        """Names of the channels that exist."""
        return [str(channel["name"]) for channel in self._ari("channels")]

    def bridges(self) -> list[str]:
        """Ids of the bridges that exist."""
        return [str(bridge["id"]) for bridge in self._ari("bridges")]

    def bridged(self) -> list[str]:
        """Ids of the channels that are in a bridge."""
        return [str(channel) for bridge in self._ari("bridges") for channel in bridge["channels"]]

    def applications(self) -> list[str]:
        """Names of the applications that there are; () while Asterisk is just taking one away."""
        listed = self._ari("applications")
        return [str(application["name"]) for application in listed] if isinstance(listed, list) else []

    def log(self) -> str:
        """Asterisk's log so far."""
        return (self.config.asterisk_dir / "log/messages").read_text()

    def cel(self) -> list[dict[str, Any]]:
        """Channel events so far, in order; what is no record (see cel_custom.conf) is left out."""
        file = cel_file(self.config)
        lines = file.read_text().split("\n")[:-1] if file.exists() else []
        records = []
        for line in lines:
            with suppress(ValueError):
                records.append(json.loads(line))
        return records

    def wait_quiet(self, seconds: float = 15.0) -> None:
        """Returns when no channel and no bridge is left."""
        until(lambda: not self.channels() and not self.bridges(), "silence", seconds, self.channels)

    def call(self, did: str = DID_ES, **options: Any) -> Caller:
        """A caller from outside; see `Caller`."""
        return Caller(self.sip_port, did=did, port=reserved_port(), **options)

    def phone(self, **options: Any) -> Phone:
        """A phone on a free port; see `Phone`."""
        return Phone(self.sip_port, **{"port": reserved_port(), **options})

    def ring_with_echo(self, endpoint: str, variables: Mapping[str, str]) -> None:
        """Rings a phone, which hears itself when it answers; nobody's contact. `variables` are the channel's."""
        where = {"extension": "echo", "context": "agent-browser", "priority": "1", "timeout": "20"}
        query = urlencode({"endpoint": endpoint, **where})
        answer = self._ari(f"channels?{query}", method="POST", body=json.dumps({"variables": variables}))
        assert "id" in answer, answer

    def take_out(self, leg: str, bridge: str) -> None:
        """A leg out of its bridge, though nobody of ours wants it."""
        assert self._ari(f"bridges/{bridge}/removeChannel?channel={leg}", method="POST") is None

    def _ari(self, path: str, *, method: str = "GET", body: str | None = None) -> Any:
        """What a request of ARI answers: far cheaper than a command line for each poll."""
        login = base64.b64encode(":".join(self.ari_user).encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.config.asterisk.http_port, timeout=30)
        try:
            headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
            connection.request(method, f"/ari/{path}", body=body, headers=headers)
            answer = connection.getresponse().read()
            return json.loads(answer) if answer else None
        finally:
            connection.close()

    def restart(self) -> None:
        """Starts Asterisk again after a stop or a kill, with the same configuration and ports."""
        self.process.stop()
        self.process = start(self.config)


@contextmanager
def private_asterisk(
    folder: Path,
    *,
    asterisk: Mapping[str, object] | None = None,
    numbers: bool = True,
    more: str = "",
    rtp_ports: int = 400,
    sip_port: int | None = None,
) -> Iterator[PrivateAsterisk]:
    """A running Asterisk whose `ctiserver.toml` lies in `folder`.

    `asterisk` are further keys of [asterisk] such as waiting_fuse_seconds; `more` further sections; without
    `numbers` the file names none; a call needs two of the `rtp_ports`; `sip_port`: where another one's trunk leads.
    """
    rtp_first_port = min(12_000 + os.getpid() % 40 * 400, _FIRST_PORT - rtp_ports)
    fallback_port, emergency_port = reserved_port(), reserved_port()
    config_file = folder / "ctiserver.toml"
    config_file.write_text(
        _FILE.format(
            name=f"test{os.getpid()}",
            folder=folder,
            install_dir=os.environ.get("CTI_ASTERISK_DIR", _REPOSITORY / "var/asterisk"),
            sip_port=sip_port or reserved_port(),
            http_port=reserved_port(),
            ami_port=reserved_port(),
            rtp_first_port=rtp_first_port,
            rtp_last_port=rtp_first_port + rtp_ports - 1,
            asterisk="\n".join(f"{key} = {json.dumps(value)}" for key, value in (asterisk or {}).items()),
            fallback_port=fallback_port,
            emergency_port=emergency_port,
            emergency_number=EMERGENCY_NUMBER,
            fallback_agent=FALLBACK_AGENT,
            numbers=_NUMBERS if numbers else "",
            more=more,
        )
    )
    config = load(config_file)
    running = PrivateAsterisk(
        config_file=config_file,
        config=config,
        process=start(config),
        fallback_port=fallback_port,
        emergency_port=emergency_port,
    )
    try:
        yield running
    finally:
        running.process.stop()
        shutil.rmtree(config.asterisk_dir, ignore_errors=True)


_candidates = itertools.count(os.getpid() * 211)  # far from those of the other workers of a parallel run


def reserved_port() -> int:
    """A port that is free for UDP and TCP and that nobody gets by chance.

    Each is given once, and from below the range from which the kernel takes ports for sockets that name none: a
    phone of a test that starts later would else find its port taken by somebody's audio.
    """
    while True:
        port = _FIRST_PORT + next(_candidates) % (_BEHIND_PORTS - _FIRST_PORT)
        with suppress(OSError), socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
            return port
