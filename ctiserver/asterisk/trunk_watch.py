"""What Asterisk says of one trunk, and a test call through it, for `ctiserver doctor trunk` and nothing else.

The call belongs to nobody: whoever answers hears music (the dialplan's [trunk-test]). It works with no application
running.
"""

import base64
import http.client
import json
import os
import re
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ctiserver.asterisk import cel, conf, run
from ctiserver.asterisk.passwords import USER, passwords
from ctiserver.core.config import Config
from ctiserver.core.errors import SwitchUnreachable

_PATIENCE_SECONDS = 5.0
_OPTIONS_TRIES = 3


def is_known(config: Config, name: str) -> bool:
    """Whether the Asterisk that runs has the trunk. Raises SwitchUnreachable when none runs."""
    return f"Endpoint:  {name}" in _say(config, f"pjsip show endpoint {name}")


def answers(host: str, port: int, seconds: float) -> bool:
    """Whether anything of SIP comes back when the carrier is asked what it can do (OPTIONS, RFC 3261, 11)."""
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as probe:
        probe.connect(address)
        probe.settimeout(seconds / _OPTIONS_TRIES)
        here, there = probe.getsockname()[:2], f"{host}:{port}"
        tag = f"{os.getpid()}{here[1]}"
        request = (
            f"OPTIONS sip:{there} SIP/2.0\r\nVia: SIP/2.0/UDP {here[0]}:{here[1]};rport;branch=z9hG4bK{tag}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:doctor@{here[0]}>;tag={tag}\r\nTo: <sip:{there}>\r\n"
            f"Call-ID: {tag}@{here[0]}\r\nCSeq: 1 OPTIONS\r\nContact: <sip:doctor@{here[0]}:{here[1]}>\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        for _ in range(_OPTIONS_TRIES):
            with suppress(OSError):  # nobody listens there, or silence
                probe.send(request.encode())
                if probe.recv(4096).startswith(b"SIP/2.0 "):
                    return True
    return False


def registration_status(shown: str, name: str) -> str:
    """Of `pjsip show registrations`: Registered, Rejected, Unregistered; "" where it does not register."""
    found = re.search(rf"^\s*{re.escape(name)}/\S+\s+\S+\s+(\w+)", shown, re.MULTILINE)
    return found[1] if found else ""


def registers(config: Config, name: str) -> str:
    """How the registration stands, see `registration_status`."""
    return registration_status(_say(config, "pjsip show registrations"), name)


def _say(config: Config, line: str) -> str:
    try:
        said = run.command(config, line)
    except (OSError, subprocess.SubprocessError) as error:
        raise SwitchUnreachable(f"Asterisk's command line does not answer ({error})") from error
    if not said or "Unable to connect to remote asterisk" in said:
        raise SwitchUnreachable("Asterisk does not run; start it with: ctiserver asterisk run")
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCall:
    """A call through the trunk to one number. `id` names its channel."""

    config: Config
    id: str

    def ring(self, trunk: str, number: str, seconds: int, caller_number: str) -> bool:
        """Rings the number, written as the carrier wants it; whether Asterisk took that on."""
        where = {"context": "trunk-test", "extension": "s", "priority": "1", "timeout": str(seconds)}
        if caller_number:
            where["callerId"] = f"<{caller_number}>"
        query = {"endpoint": f"PJSIP/{number}@{trunk}", "channelId": self.id, **where}
        return "id" in self._ari("POST", f"channels?{urlencode(query, quote_via=quote)}")

    def state(self) -> str:
        """Asterisk's word for how far it is, "Up" once it was answered; "" when it is over."""
        return str(self._ari("GET", f"channels/{self.id}").get("state", ""))

    def packets(self) -> tuple[int, int]:
        """Packets of sound that were sent and heard."""
        counted = self._ari("GET", f"channels/{self.id}/rtp_statistics")
        return int(counted.get("txcount", 0)), int(counted.get("rxcount", 0))

    def end(self) -> None:
        """Hangs up; one that is over is no fault."""
        self._ari("DELETE", f"channels/{self.id}")

    def cause(self) -> int:
        """Why it ended, a cause of ITU-T Q.850; 0: nobody knows."""
        records = cel.read_all(conf.cel_file(self.config), 0, 0).records
        causes = [
            it.extra.get("hangupcause", 0) for _, it in records if (it.uniqueid, it.eventtype) == self._hangup
        ]
        return int(causes[-1]) if causes else 0

    @property
    def _hangup(self) -> tuple[str, str]:
        return self.id, "HANGUP"

    def _ari(self, method: str, path: str) -> dict[str, Any]:
        url = urlsplit(self.config.asterisk.http_url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=_PATIENCE_SECONDS)
        login = base64.b64encode(f"{USER}:{passwords(self.config).ari}".encode()).decode()
        try:
            connection.request(method, f"/ari/{path}", headers={"Authorization": f"Basic {login}"})
            text = connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            raise SwitchUnreachable(f"Asterisk does not answer ({error}); start it again") from error
        finally:
            connection.close()
        answered = json.loads(text) if text else {}
        return answered if isinstance(answered, dict) else {}
