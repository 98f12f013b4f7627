"""Follows the calls process: the same live view, a moment later.

It listens first and asks for a snapshot then; events that the snapshot already holds are passed over. Every few
seconds it asks again: that heals what the bus may have lost, and shows that the calls process is there at all. While
there is no answer the feed is lost, and what `view` shows may be old. Whoever watches is told of each batch, of a
snapshot that differs from what was known, and of the feed's loss.
"""

import asyncio
import contextlib
from collections.abc import Callable

import msgspec

from ctiserver.bus import topics
from ctiserver.bus.port import Bus
from ctiserver.core import wire
from ctiserver.core.errors import CtiError
from ctiserver.core.live_rows import ScreenPop
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event

_HEAL_SECONDS = 3.0
_AGAIN_SECONDS = 1.0
_ANSWER_SECONDS = 2.0


class Batch(msgspec.Struct):
    """What one journal entry changed; `seq` 0: what no entry brought about."""

    seq: int
    events: list[msgspec.Raw]


class BusFollower:
    """`view` is None until the first snapshot, and while the feed is lost it is the last that was known."""

    def __init__(
        self,
        bus: Bus,
        *,
        on_snapshot: Callable[[LiveView], None],
        on_events: Callable[[int, list[Event]], None],
        on_pop: Callable[[ScreenPop], None],
        on_lost: Callable[[], None],
    ) -> None:
        self.view: LiveView | None = None
        self.lost = True
        self._bus = bus
        self._on_snapshot, self._on_events = on_snapshot, on_events
        self._on_pop, self._on_lost = on_pop, on_lost
        self._heal = asyncio.Event()
        self._since_asked: list[Batch] | None = None
        """What came while a snapshot is under way; None when none is."""

    async def run(self) -> None:
        """Follow until cancelled."""
        await self._bus.subscribe(topics.EVENTS, self._heard)
        await self._bus.subscribe(topics.pop("*"), self._popped)
        self._bus.when_connected(self._heal.set)
        while True:
            answered = await self._refresh()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._heal.wait(), _HEAL_SECONDS if answered else _AGAIN_SECONDS)
            self._heal.clear()

    async def _refresh(self) -> bool:
        self._since_asked = []
        try:
            body = await self._bus.request(topics.SNAPSHOT, b"", timeout_seconds=_ANSWER_SECONDS)
        except CtiError:
            self._since_asked = None
            if not self.lost:
                self.lost = True
                self._on_lost()
            return False
        fresh = msgspec.json.decode(body, type=LiveView)
        since, self._since_asked = self._since_asked, None
        for batch in since:
            _fold(fresh, batch)
        known, was_lost = self.view, self.lost
        self.view, self.lost = fresh, False
        if known is None or was_lost or not _look_alike(known, fresh):
            self._on_snapshot(fresh)
        return True

    def _heard(self, _topic: str, body: bytes) -> None:
        batch = msgspec.json.decode(body, type=Batch)
        if self._since_asked is not None:
            self._since_asked.append(batch)
        if self.view is not None and (events := _fold(self.view, batch)):
            self._on_events(batch.seq, events)

    def _popped(self, _topic: str, body: bytes) -> None:
        self._on_pop(msgspec.json.decode(body, type=ScreenPop))


def _look_alike(known: LiveView, fresh: LiveView) -> bool:
    """Whether a screen shows the same: entries that changed nothing have raised the number alone."""
    return msgspec.structs.replace(known, seq=fresh.seq) == fresh


def _fold(view: LiveView, batch: Batch) -> list[Event]:
    """The events of a batch that were news to the view; an entry that it covers holds none."""
    if batch.seq and batch.seq <= view.seq:
        return []
    events = [wire.decode_event(bytes(raw)) for raw in batch.events]
    for event in events:
        view.apply(event)
    view.seq = batch.seq or view.seq
    return events
