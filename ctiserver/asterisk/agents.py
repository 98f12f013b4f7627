"""Agents' phones, told to Asterisk at run time: three objects each (auth, aor, endpoint), kept in its memory.

Asterisk forgets them when it restarts; within one session only what changed is sent again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import Deferred

from ctiserver.asterisk.ari_request import Request
from ctiserver.asterisk.ari_wire import delete_object, get_object, put_object
from ctiserver.asterisk.together import together
from ctiserver.core.errors import CallGone

Fields = Mapping[str, str]
Send = Callable[[Request, str], Deferred[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEndpoint:
    """An agent's phone: SIP user `name`; `contact` is a fixed address, None means that it registers.

    `browser`: a page of the console, which speaks WebRTC.
    """

    name: str
    password: str = field(repr=False)
    contact: str | None = None
    browser: bool = False


_BROWSER = {
    "context": "agent-browser",  # where the echo test is
    "webrtc": "yes",
    "dtls_auto_generate_cert": "yes",
    "allow": "opus,ulaw",
    "rtp_timeout": "30",  # a browser that is gone without a word ends its leg
    "rtp_timeout_hold": "300",
}


def objects(agent: AgentEndpoint) -> dict[str, Fields]:
    """Fields of the agent's objects by kind, in the order in which they must be made."""
    auth = {"auth_type": "userpass", "username": agent.name, "password": agent.password}
    aor = {"max_contacts": "1", "remove_existing": "yes", "qualify_frequency": "0"}
    if agent.contact is not None:
        aor["contact"] = agent.contact
    endpoint = {
        "context": "own-phones",
        "identify_by": "username",
        "disallow": "all",
        "allow": "ulaw,alaw",
        "auth": agent.name,
        "aors": agent.name,
        "direct_media": "no",
        "dtmf_mode": "rfc4733",
        "timers": "no",
        "allow_transfer": "no",  # phones do not rearrange conversations
        "device_state_busy_at": "1",
    }
    if agent.browser:
        endpoint |= _BROWSER
    return {"auth": auth, "aor": aor, "endpoint": endpoint}


class AgentPhones:
    """`told` is what Asterisk knows in this session."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._session = ""
        self._told: dict[tuple[str, str], Fields] = {}

    def begin(self, session: str) -> None:
        """Another run of Asterisk knows nobody."""
        if session != self._session:
            self._session, self._told = session, {}

    async def tell(self, agents: Sequence[AgentEndpoint]) -> None:
        """Sends what Asterisk does not know yet. Raises SwitchUnreachable, SwitchRefused."""
        await together([Deferred.fromCoroutine(self._tell_one(agent)) for agent in agents])

    async def _tell_one(self, agent: AgentEndpoint) -> None:
        for kind, fields in objects(agent).items():
            if self._told.get((kind, agent.name)) != fields:
                if kind == "aor":
                    await self._forget_old_address(agent)
                await self._send(put_object(kind, agent.name, fields), agent.name)
                self._told[kind, agent.name] = fields

    async def _forget_old_address(self, agent: AgentEndpoint) -> None:
        """Asterisk would add a new fixed address to the old one and ring both."""
        try:
            there = await self._send(get_object("aor", agent.name), agent.name)
        except CallGone:
            return
        fixed = {it["value"] for it in there if it["attribute"] == "contact"} - {""}
        if fixed - {agent.contact}:
            await self._send(delete_object("aor", agent.name), agent.name)
