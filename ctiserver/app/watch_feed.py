"""A screen's copy of the live view: a snapshot, then every event after it.

Events that come while a snapshot is under way wait for it; those that it covers already are dropped. What the bus
may have lost is healed by a fresh snapshot: when the bus comes back, when Asterisk comes or goes (a restarted calls
process tells that first), and every few seconds, which also shows that the server is there at all.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import msgspec

from ctiserver.app.bus_client import snapshot
from ctiserver.bus import topics
from ctiserver.bus.port import Bus
from ctiserver.core import wire
from ctiserver.core.errors import CtiError
from ctiserver.core.events import SwitchStateChanged
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event

HEAL_SECONDS = 5.0
_AGAIN_SECONDS = 1.0

Listener = Callable[[int, Event], None]
"""Called with the number of the journal entry (0: none) and one event of it."""


class _Batch(msgspec.Struct):
    seq: int
    events: list[msgspec.Raw]


class Feed:
    """`view` is true as long as `lost_at` is None; else it shows what was so at `lost_at` (epoch seconds)."""

    def __init__(self, bus: Bus, listener: Listener = lambda _seq, _event: None) -> None:
        self.view: LiveView | None = None
        self.lost_at: float | None = None
        self.changed = asyncio.Event()
        self._bus, self._listener = bus, listener
        self._heal = asyncio.Event()
        self._held: list[_Batch] | None = None
        """What came while a snapshot is under way; None when none is."""

    async def run(self) -> None:
        """Keep the view until cancelled."""
        await self._bus.subscribe(topics.EVENTS, self._heard)
        self._bus.when_connected(self._heal.set)
        wait_seconds = _AGAIN_SECONDS  # for the bus to connect
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._heal.wait(), wait_seconds)
            self._heal.clear()
            wait_seconds = HEAL_SECONDS if await self.refresh() else _AGAIN_SECONDS

    async def refresh(self) -> bool:
        """Take a snapshot; whether there was an answer."""
        self._held = []
        try:
            view = await snapshot(self._bus)
        except CtiError:
            self._forget_held()
            self.lost_at = self.lost_at or time.time()
            self.changed.set()
            return False
        held, self._held = self._held, None
        self.view, self.lost_at = view, None
        for batch in held:
            self._apply(view, batch)
        self.changed.set()
        return True

    def _forget_held(self) -> None:
        held, self._held = self._held or [], None
        if self.view:
            for batch in held:
                self._apply(self.view, batch)

    def _heard(self, _topic: str, body: bytes) -> None:
        batch = msgspec.json.decode(body, type=_Batch)
        if self._held is not None:
            self._held.append(batch)
        elif self.view:
            self._apply(self.view, batch)
            self.changed.set()

    def _apply(self, view: LiveView, batch: _Batch) -> None:
        """An entry that the view covers is skipped; 0 is no entry and always news."""
        if batch.seq and batch.seq <= view.seq:
            return
        for raw in batch.events:
            event = wire.decode_event(bytes(raw))
            view.apply(event)
            self._listener(batch.seq, event)
            if isinstance(event, SwitchStateChanged):
                self._heal.set()
        view.seq = batch.seq or view.seq


def fields_of(event: Event) -> dict[str, Any]:
    """An event's fields without its name and time."""
    shown: dict[str, Any] = msgspec.to_builtins(event)
    return {name: value for name, value in shown.items() if name not in ("type", "at")}
