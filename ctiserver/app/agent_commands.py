"""What an agent does, from the terminal, until there are pages; and `reload`, which goes the same way."""

import asyncio
import uuid
from argparse import Namespace
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from ctiserver.app.bus_client import ask, connected, snapshot
from ctiserver.bus import topics
from ctiserver.bus.port import Bus
from ctiserver.core.errors import Refusal
from ctiserver.core.requests import Status
from ctiserver.process.config_file import load

_RELOAD_SECONDS = 15.0
_STATUS = {"available": Status.AVAILABLE, "pause": Status.PAUSE, "logout": Status.LOGGED_OUT}


def status(chosen: Namespace) -> None:
    """Become available, pause or log out; during a contact it takes effect at its end."""
    _on_the_bus(chosen, lambda bus: set_status(bus, chosen.agent, _STATUS[chosen.status], chosen.reason))


def dispose(chosen: Namespace) -> None:
    """Say how the contact in hand, the one owed, or the one named, ended."""
    at = _moment(chosen.call_back_at)
    _on_the_bus(
        chosen,
        lambda bus: dispose_of(
            bus,
            chosen.agent,
            chosen.code,
            chosen.note,
            contact=chosen.contact,
            reason=chosen.reason,
            call_back_at=at,
        ),
    )


def reload(chosen: Namespace) -> None:
    """Make the running server read its configuration, flows and tables again."""

    async def ask_for_it(bus: Bus) -> None:
        answer = await bus.request(topics.RELOAD, b"", timeout_seconds=_RELOAD_SECONDS)
        print(f"configuration {msgspec.json.decode(answer)['version']} is in force")

    _on_the_bus(chosen, ask_for_it)


async def set_status(bus: Bus, agent: str, wanted: Status, reason: str = "") -> None:
    """Raises NoAnswer, or the Refusal of the engines."""
    await ask(bus, "SetStatus", request_id=_new_id(), by=agent, agent=agent, status=wanted, reason=reason)


async def hang_up(bus: Bus, agent: str) -> None:
    """The agent is done with his call, or with the message in his hand. Raises NoAnswer, or the engines' Refusal."""
    await ask(bus, "HangUp", request_id=_new_id(), by=agent, agent=agent)


async def dispose_of(
    bus: Bus,
    agent: str,
    code: str,
    note: str = "",
    *,
    contact: str = "",
    reason: str = "",
    call_back_at: float | None = None,
) -> None:
    """`contact` "": the one that the agent has in hand or owes; `reason`: the contact reason; `call_back_at`: epoch
    seconds. Raises NoAnswer, or the Refusal of the engines.
    """
    await ask(
        bus,
        "Dispose",
        request_id=_new_id(),
        by=agent,
        agent=agent,
        contact=contact or await _in_hand(bus, agent),
        code=code,
        pii_note=note,
        contact_reason=reason,
        call_back_at=call_back_at,
    )


def _moment(written: str) -> float | None:
    """Epoch seconds of an ISO 8601 time, in this machine's time zone unless it says another; None for ""."""
    try:
        return datetime.fromisoformat(written).timestamp() if written else None
    except ValueError:
        raise Refusal("wrong_time", f"{written!r} is no time: write it like 2026-11-23T10:30") from None


async def _in_hand(bus: Bus, agent: str) -> str:
    view = await snapshot(bus)
    known = {str(key): shown for key, shown in view.agents.items()}
    if agent not in known:
        raise Refusal(
            "unknown_agent", f"there is no agent {agent}; there are: {', '.join(sorted(known)) or 'none'}"
        )
    if contact := known[agent].contact or known[agent].owes:
        return contact
    raise Refusal("no_contact", f"{agent} has no contact in hand; name one with --contact")


def _new_id() -> str:
    return uuid.uuid4().hex


def _on_the_bus(chosen: Namespace, act: Callable[[Bus], Awaitable[None]]) -> None:
    config = load(chosen.config)

    async def go() -> None:
        async with connected(config) as bus:
            await act(bus)

    asyncio.run(go())
