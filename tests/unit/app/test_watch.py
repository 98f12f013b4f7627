"""The feed of a screen and its picture."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec
import pytest
from company import changed

from ctiserver.app.watch_feed import Feed, fields_of
from ctiserver.app.watch_picture import Picture, event_line
from ctiserver.bus import topics
from ctiserver.bus.local import LocalBus
from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event

AT = 1_750_000_000.0
ANN, CALL, SALES = AgentKey("ann"), ContactId("c1"), QueueKey("sales")


def arrived(contact: str = CALL) -> e.ContactArrived:
    return e.ContactArrived(
        at=AT,
        contact=ContactId(contact),
        account_id=1,
        leg=LegId("l1"),
        did="+56221234567",
        pii_number="+56911111111",
        language="es",
        flow="main",
        flow_version="1",
    )


def queued() -> e.ContactQueued:
    return e.ContactQueued(
        at=AT + 5,
        contact=CALL,
        account_id=1,
        leg=LegId("l1"),
        queue=SALES,
        value_class="A",
        language="es",
        pii_number="+56911111111",
    )


def view_of(*events: Event, seq: int = 0) -> LiveView:
    view = LiveView(seq=seq)
    for event in events:
        view.apply(event)
    return view


class Server:
    """The calls process on the bus: answers snapshots, tells events."""

    def __init__(self, bus: LocalBus) -> None:
        self.bus, self.view = bus, LiveView(switch_up=True)
        self.snapshots = 0

    async def open(self) -> None:
        await self.bus.serve(topics.SNAPSHOT, self._snapshot)

    async def _snapshot(self, _body: bytes) -> bytes:
        self.snapshots += 1
        given = msgspec.json.encode(self.view)
        await asyncio.sleep(0)
        return given

    def tell(self, seq: int, *events: Event) -> None:
        self.bus.publish(topics.EVENTS, msgspec.json.encode({"seq": seq, "events": events}))


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


async def opened(bus: LocalBus, server: Server) -> tuple[Feed, asyncio.Task[None]]:
    await server.open()
    feed = Feed(bus)
    keeping = asyncio.create_task(feed.run())
    await feed.changed.wait()
    return feed, keeping


def test_events_after_the_snapshot_are_folded_in_and_those_before_are_not() -> None:
    async def scenario() -> None:
        bus = LocalBus()
        server = Server(bus)
        server.view = view_of(arrived(), seq=7)
        feed, keeping = await opened(bus, server)
        assert feed.view is not None
        server.tell(7, arrived("c2"))
        assert list(feed.view.contacts) == [CALL]
        server.tell(8, queued())
        assert feed.view.contacts[CALL].stage == "queued"
        assert feed.view.seq == 8
        keeping.cancel()

    run(scenario())


def test_what_no_entry_brought_about_is_always_news() -> None:
    async def scenario() -> None:
        bus = LocalBus()
        server = Server(bus)
        server.view.seq = 9
        feed, keeping = await opened(bus, server)
        server.tell(0, e.JournalStateChanged(at=AT, ok=False))
        assert feed.view is not None
        assert (feed.view.journal_ok, feed.view.seq) == (False, 9)
        keeping.cancel()

    run(scenario())


def test_events_during_a_snapshot_wait_for_it() -> None:
    async def scenario() -> None:
        bus = LocalBus()
        server = Server(bus)
        feed, keeping = await opened(bus, server)
        refreshing = asyncio.create_task(feed.refresh())
        await asyncio.sleep(0)
        server.view = LiveView(seq=3)
        server.tell(4, arrived())
        assert await refreshing
        assert feed.view is not None
        assert list(feed.view.contacts) == [CALL]
        keeping.cancel()

    run(scenario())


def test_a_restarted_server_is_asked_anew() -> None:
    async def scenario() -> None:
        bus = LocalBus()
        server = Server(bus)
        feed, keeping = await opened(bus, server)
        server.view = view_of(arrived(), seq=20)
        server.tell(5, e.SwitchStateChanged(at=AT, up=True))
        feed.changed.clear()
        while not (feed.view and feed.view.seq == 20):
            await feed.changed.wait()
            feed.changed.clear()
        assert server.snapshots == 2
        keeping.cancel()

    run(scenario())


def test_a_server_that_does_not_answer_is_a_lost_feed() -> None:
    async def scenario() -> None:
        feed = Feed(LocalBus())
        assert not await feed.refresh()
        assert feed.lost_at is not None
        assert feed.view is None

    run(scenario())


@pytest.fixture
def view() -> LiveView:
    return view_of(
        changed(at=AT, version="1", queues=(SALES,), agents=(ANN,)),
        e.SwitchStateChanged(at=AT, up=True),
        arrived(),
        e.NodeEntered(at=AT, contact=CALL, node="main", kind="menu"),
        queued(),
    )


def test_the_picture_shows_queue_agent_and_contact(view: LiveView) -> None:
    drawn = Picture("acme", "en", "America/Santiago").draw(view, now=AT + 72, lost_at=None)
    lines = drawn.splitlines()
    assert lines[0].startswith("acme · 11:07:52 · Asterisk up")
    assert lines[3].split() == ["sales", "1", "1:07", "A", "1", "0", "0"]
    assert "logged out" in drawn
    assert lines[-1].split() == ["c1", "+56911111111", "A", "queued", "1:07", "sales", "main"]


def test_the_picture_speaks_spanish(view: LiveView) -> None:
    drawn = Picture("acme", "es", "America/Santiago").draw(view, now=AT + 72, lost_at=None)
    assert "Asterisk en línea" in drawn
    assert "espera" in drawn
    assert "desconectado" in drawn


def test_the_picture_shows_campaigns_where_there_are_any(view: LiveView) -> None:
    picture = Picture("demo", "es", "America/Santiago")
    assert "campaña" not in picture.draw(view, now=AT, lost_at=None)
    paced = e.CampaignPaced(
        at=AT, account_id=1, campaign=7, mode="predictive", held="paused", ringing=4, answers=90, abandons=2
    )
    view.apply(paced)
    *_, heads, row = picture.draw(view, now=AT, lost_at=None).splitlines()
    assert heads.split()[:2] == ["campaña", "modo"]
    assert row.split() == ["7", "predictiva", "en", "pausa", "0", "0", "4", "0", "0", "2/90", "3.0%"]


def test_a_lost_feed_is_said_above_the_old_picture(view: LiveView) -> None:
    picture = Picture("acme", "en", "America/Santiago")
    assert picture.draw(view, now=AT + 9, lost_at=AT).startswith("*** FEED LOST for 0:09")
    assert "no server answers yet" in picture.draw(None, now=AT + 9, lost_at=AT)


def test_an_event_is_a_line_with_its_fields() -> None:
    line = event_line(Picture("acme", "en", "UTC"), 4, AT, "NodeEntered", {"contact": "c1", "node": "main"})
    assert line == "15:06:40 #4 NodeEntered contact=c1 node=main"
    assert fields_of(e.SwitchStateChanged(at=AT, up=True)) == {"up": True}
