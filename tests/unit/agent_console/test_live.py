"""The console's own live view, over a bus in this process."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from agent_console import live
from agent_console.live import BusFollower
from ctiserver.bus import topics
from ctiserver.bus.local import LocalBus
from ctiserver.core.errors import Refusal
from ctiserver.core.live_rows import AgentView
from ctiserver.core.live_view import LiveView


class Watcher:
    """A follower, what it told, and a calls process that answers with `view` (None: it is away)."""

    def __init__(self) -> None:
        self.view: LiveView | None = LiveView(seq=1)
        self.asked, self.snapshots, self.lost = asyncio.Event(), 0, 0
        self.bus = LocalBus()
        self.follower = BusFollower(
            self.bus,
            on_snapshot=lambda _view: self._count("snapshots"),
            on_events=lambda _seq, _events: None,
            on_pop=lambda _pop: None,
            on_lost=lambda: self._count("lost"),
        )

    def _count(self, what: str) -> None:
        setattr(self, what, getattr(self, what) + 1)

    async def answer(self, _body: bytes) -> bytes:
        self.asked.set()
        if self.view is None:
            raise Refusal("not_ready", "away")
        return msgspec.json.encode(self.view)

    async def asked_again(self) -> None:
        """Returns when the follower has dealt with a new answer: it asks once more."""
        async with asyncio.timeout(10):
            for _ in range(2):
                self.asked.clear()
                await self.asked.wait()


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Watcher], Awaitable[None]]], Watcher]:
    """Runs a scenario beside a follower that asks often; the watcher afterwards."""
    monkeypatch.setattr(live, "_HEAL_SECONDS", 0.01)
    monkeypatch.setattr(live, "_AGAIN_SECONDS", 0.01)

    def run(scenario: Callable[[Watcher], Awaitable[None]]) -> Watcher:
        watcher = Watcher()

        async def both() -> None:
            await watcher.bus.serve(topics.SNAPSHOT, watcher.answer)
            running = asyncio.create_task(watcher.follower.run())
            await watcher.asked_again()
            await scenario(watcher)
            running.cancel()

        asyncio.run(both())
        return watcher

    return run


Follow = Callable[[Callable[[Watcher], Awaitable[None]]], Watcher]


def test_entries_that_change_nothing_start_no_screen_over(follow: Follow) -> None:
    async def scenario(watcher: Watcher) -> None:
        for seq in range(2, 6):
            watcher.view = LiveView(seq=seq)
            await watcher.asked_again()

    watcher = follow(scenario)
    assert watcher.snapshots == 1
    assert watcher.follower.view is not None
    assert watcher.follower.view.seq == 5


def test_a_snapshot_that_shows_something_else_starts_every_screen_over(follow: Follow) -> None:
    async def scenario(watcher: Watcher) -> None:
        watcher.view = LiveView(seq=2, agents={"ann": AgentView(agent="ann")})  # type: ignore[dict-item, arg-type]
        await watcher.asked_again()

    assert follow(scenario).snapshots == 2


def test_a_feed_that_is_lost_is_said_once_and_heals_with_a_snapshot(follow: Follow) -> None:
    async def scenario(watcher: Watcher) -> None:
        known, watcher.view = watcher.view, None
        await watcher.asked_again()
        await watcher.asked_again()
        assert watcher.follower.lost
        watcher.view = known
        await watcher.asked_again()

    watcher = follow(scenario)
    assert (watcher.lost, watcher.snapshots, watcher.follower.lost) == (1, 2, False)
