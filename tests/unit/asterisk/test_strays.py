"""Whoever is moved out of where he is wanted is put back: AriSwitch over a link with bridges behind it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from ctiserver.asterisk import ari_switch
from ctiserver.asterisk.ari_request import Request
from ctiserver.core.commands import Arrange
from ctiserver.core.errors import CallGone
from ctiserver.core.ids import ContactId, ConversationId, LegId
from ctiserver.core.inputs import LegAnswered, LegJoined, LegLeft
from ctiserver.core.topology import Conversation, Kind
from tests.unit.asterisk.hand_clock import HandClock
from tests.unit.asterisk.test_ari_switch import CONTACT, HOLD, TALK, FakeService, World

LEGS = [LegId(f"cti-17.{n}") for n in range(3)]
FIRST, SECOND, _THIRD = LEGS
ON_HOLD = ((HOLD, Kind.HOLD, (FIRST,)),)
TALKING = ((TALK, Kind.TALK, (FIRST, SECOND)),)


class BridgingService(FakeService):
    """Answers soon, or when told, in the order asked, and does with bridges what Asterisk does."""

    def __init__(self, **callbacks: Any) -> None:
        super().__init__(**callbacks)
        self.clock: HandClock = callbacks["clock"]
        self.alive: set[str] = set()
        self.waiting: list[tuple[Request, Deferred[Any]]] = []
        self.at_once = True

    def request(self, request: Request, key: str = "") -> Deferred[Any]:
        self.asked.append(f"{request.method} {request.uri.partition('?')[0]}")
        answer: Deferred[Any] = Deferred()
        self.waiting.append((request, answer))
        if self.at_once:
            self.clock.call_later(0, self.work)
        return answer

    def work(self, count: int = 1000) -> None:
        """Does the next requests, and those that they bring about."""
        while self.waiting and count > 0:
            count -= 1
            request, answer = self.waiting.pop(0)
            try:
                answer.callback(self._do(request))
            except CallGone as gone:
                answer.errback(gone)

    def keep_up(self) -> None:
        """Does all that waits, and from now on each request at once."""
        self.at_once = True
        self.work()
        self.clock.advance(0.01)

    def _do(self, request: Request) -> Any:
        path = request.uri.partition("?")[0].split("/")
        match request.method, path:
            case "GET", ["channels"]:
                return [self._channel(leg) for leg in sorted(self.alive)]
            case "GET", ["bridges"]:
                return [it | {"channels": list(it["channels"])} for it in self.bridges]
            case "POST", ["bridges", id]:
                assert request.query is not None
                if self._bridge(id) is None:
                    it = {"id": id, "bridge_type": request.query["type"].partition(",")[0], "channels": []}
                    self.bridges.append(it | {"name": request.query["name"]})
            case "POST", ["bridges", id, "addChannel"]:
                assert request.query is not None
                self._move(request.query["channel"], id)
            case "POST", ["bridges", id, "removeChannel"]:
                assert request.query is not None
                self.kick(request.query["channel"])
            case "DELETE", ["bridges", id]:
                for leg in list((self._bridge(id) or {"channels": []})["channels"]):
                    self.kick(leg)
                self.bridges = [it for it in self.bridges if it["id"] != id]
        return None

    def _move(self, leg: str, id: str) -> None:
        bridge = self._bridge(id)
        if bridge is None or leg not in self.alive:
            raise CallGone
        self.kick(leg)
        bridge["channels"].append(leg)
        self._tell("ChannelEnteredBridge", leg, id)

    def kick(self, leg: str, *, told: bool = True) -> None:
        """The leg is in no bridge; the event of that may get lost."""
        for bridge in self.bridges:
            if leg in bridge["channels"]:
                bridge["channels"].remove(leg)
                if told:
                    self._tell("ChannelLeftBridge", leg, bridge["id"])

    def hang_up(self, leg: str) -> None:
        if leg in self.alive:
            self.alive.remove(leg)
            self.kick(leg)
            self.on_event({"type": "StasisEnd", "channel": self._channel(leg)})

    def _bridge(self, id: str) -> dict[str, Any] | None:
        return next((it for it in self.bridges if it["id"] == id), None)

    def _tell(self, kind: str, leg: str, bridge: str) -> None:
        self.on_event({"type": kind, "channel": self._channel(leg), "bridge": {"id": bridge}})

    def _channel(self, leg: str) -> dict[str, Any]:
        plan = {"app_name": "Stasis", "app_data": "cti,in,+56"}
        return {"id": leg, "state": "Up", "caller": {}, "dialplan": plan}

    def stand(self) -> dict[str, set[str]]:
        """Who is where."""
        return {it["id"]: set(it["channels"]) for it in self.bridges if it["channels"]}


class Bridged(World):
    """A contact of three legs that are up."""

    ari: BridgingService

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.live()
        for leg in LEGS:
            self.ari.alive.add(leg)
            self.event("StasisStart", leg, "Ring", args=["in", "+56"])
            self.told(LegAnswered(at=1000, leg=leg))
        self.arrange(())

    def arrange(self, places: tuple[tuple[ConversationId, Kind, tuple[LegId, ...]], ...]) -> None:
        conversations = tuple(Conversation(id=id, kind=kind, legs=legs) for id, kind, legs in places)
        for leg in LEGS:
            self.belief._belongs(leg, ContactId(CONTACT))
        self.perform(Arrange(contact=CONTACT, conversations=conversations))
        self.clock.advance(0.01)

    def wanted(self) -> dict[str, set[str]]:
        arranged = self.belief.wanted(CONTACT)
        places = arranged.conversations if arranged is not None else ()
        living = {place.id: set(place.legs) & self.ari.alive for place in places}
        return {str(id): {str(leg) for leg in legs} for id, legs in living.items() if legs}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bridged:
    monkeypatch.setattr(ari_switch, "AriService", BridgingService)
    return Bridged(tmp_path)


def test_who_leaves_the_conversation_he_is_wanted_in_is_put_back(world: Bridged) -> None:
    world.arrange(TALKING)
    world.ari.kick(FIRST)
    assert isinstance(world.inputs[-1], LegLeft)
    assert world.ari.stand() == {TALK: {SECOND}}
    world.asked()
    world.clock.advance(1.5, 0.5)
    assert world.ari.stand() == {TALK: {FIRST, SECOND}}
    assert world.asked() == ["GET bridges", f"POST bridges/{TALK}/addChannel"]


def test_who_moves_or_hangs_up_costs_no_request_more(world: Bridged) -> None:
    world.arrange(ON_HOLD)
    world.arrange(TALKING)
    world.ari.hang_up(FIRST)
    world.arrange(((TALK, Kind.TALK, (SECOND,)),))
    world.asked()
    world.clock.advance(20, 1)
    assert world.asked() == []


def test_what_is_wanted_by_then_is_asked_for_and_not_what_was_refused_once(world: Bridged) -> None:
    world.arrange(ON_HOLD)
    world.ari.kick(FIRST)
    world.ari.at_once = False
    world.clock.advance(1.5, 0.5)
    world.arrange(TALKING)
    world.ari.keep_up()
    assert world.ari.stand() == world.wanted() == {TALK: {FIRST, SECOND}}


def test_a_move_whose_event_was_lost_is_told_within_two_looks_and_asks_for_nothing(world: Bridged) -> None:
    tell = world.ari.on_event
    world.ari.on_event = lambda event: None
    world.arrange(TALKING)
    world.ari.on_event = tell
    world.inputs.clear()
    world.asked()
    world.clock.advance(61, 1)
    assert [(one.leg, one.conversation) for one in world.inputs if isinstance(one, LegJoined)] == [
        (FIRST, TALK),
        (SECOND, TALK),
    ]
    assert not [asked for asked in world.asked() if asked.startswith(("POST", "DELETE"))]


@st.composite
def topologies(draw: st.DrawFn) -> tuple[tuple[ConversationId, Kind, tuple[LegId, ...]], ...]:
    places = draw(st.lists(st.sampled_from([None, HOLD, TALK]), min_size=3, max_size=3))
    of = {
        id: tuple(leg for leg, place in zip(LEGS, places, strict=True) if place == id) for id in (HOLD, TALK)
    }
    return tuple((id, Kind.HOLD if id == HOLD else Kind.TALK, legs) for id, legs in of.items() if legs)


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("arrange"), topologies()),
        st.tuples(st.sampled_from(["kick", "kick unseen", "hang up"]), st.sampled_from(LEGS)),
        st.tuples(st.just("work"), st.integers(1, 5)),
        st.tuples(st.just("wait"), st.sampled_from([0.2, 1.0, 31.0])),
    ),
    max_size=15,
)


@given(happenings)
def test_whoever_is_moved_out_at_whatever_moment_stands_where_he_is_wanted_in_the_end(
    story: list[Any],
) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(ari_switch, "AriService", BridgingService)
        world = Bridged(Path(folder))
        world.ari.at_once = False
        for what, about in story:
            match what:
                case "arrange":
                    world.arrange(about)
                case "kick" | "kick unseen":
                    world.ari.kick(about, told=what == "kick")
                case "hang up":
                    world.ari.hang_up(about)
                case "work":
                    world.ari.work(about)
                case "wait":
                    world.clock.advance(about, 1)
        world.ari.keep_up()
        world.clock.advance(95, 1)
        assert world.ari.stand() == world.wanted()
