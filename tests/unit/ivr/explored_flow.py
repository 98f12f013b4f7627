"""A flow explored by itself: every way that a caller can take through it, found from the file alone.

A walk is a list of moves (a key, the end of a prompt, silence, an outcome of an action), so that it can be taken again
in a center of its own. `explored` goes on from every state that it has not seen: where he is, what he waits for, what
he has typed, how often he has failed.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from company import agent, configured, queue

from ctiserver.app import actions
from ctiserver.app.center import Center
from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core import inputs as i
from ctiserver.core.customers import MATTERS, Candidate, Matter
from ctiserver.core.leads import Lead
from ctiserver.core.message import Event, Input
from ctiserver.core.permit import Channel, Permit, Purpose
from ctiserver.core.tables import Dialing, Document, Hours, Number, Tables
from dialer.scheduled import LOOK
from ivr.flow import Ask, Callback, Decide, Flow, Guess, Identify, Menu, Quiet, Voicemail
from ivr.session_state import Phase, Session

Move = tuple[str, ...]
Way = tuple[Move, ...]
NUMBER = "+56922220001"
ANA = Candidate(customer_id=7, pii_name="Ana", value_class="A")
STRANGER, HIDDEN, CUSTOMER = ("stranger", NUMBER), ("hidden", ""), ("customer", NUMBER)
EXPECTED: tuple[Move, ...] = tuple(("expected", NUMBER, kind) for kind in MATTERS)
"""He calls: unknown, without a number, a customer where there is an outage, one of whom something is open."""
CALLED: Move = ("called",)
TYPED = {
    "digits": "12345678901234567890",
    "date": "0512",
    "amount": "5000",
    "yes_no": "1",
    "rut": "123456785",
}
VALUES = {
    "amount": "1000",
    "date": "2026-12-05",
    "digits": "12",
    "name": "Suecia 1",
    "half_day": "morning",
    "time": "09:00",
}
_SECONDS = 7.0
DIALING = Dialing(trunk="pstn")
LEG: Any = "leg"


NEVER = Hours(time_zone="America/Santiago", week=((),) * 7)


def tables_for(flows: dict[str, tuple[Flow, Document]], name: str, *, hours: Hours | None = None) -> Tables:
    """A company with the queues that the ready-made flows name, whose number leads to this flow.

    `hours`: when its queues serve; an emergency's always does.
    """
    queues = ("servicio", "tecnico", "emergencia")
    applied = configured(
        queues=tuple(queue(key, survey=None, emergency=key == "emergencia", hours=hours) for key in queues),
        agents=(agent("ann", *queues),),
        numbers=(Number(did="*", flow=name),),
        flows={key: document for key, (_, document) in flows.items()},
        surveys={},
        dialing=DIALING,
    )
    return applied.tables


class Walk:
    """One call through a flow, whose switch and store are the moves; `told` is every event, in order."""

    def __init__(self, flow: Flow, tables: Tables, way: Way, *, name: str) -> None:
        self.flow, self.center, self.at, self.seq = flow, Center(name), 1_795_000_000.0, 0
        self.told: list[tuple[tuple[int, int, int], Event]] = []
        self.timers, self.recordings, self.commands = dict[str, float](), list[Any](), list[Any]()
        self.put(i.ConfigurationApplied(at=self.at, version="1", tables=tables))
        for move in way:
            self.take(move)

    def _begin(self, who: str, number: str = "", kind: str = "") -> None:
        self.put(i.SwitchUp(at=self.at, session="s"))
        if who != "called":
            self.put(i.CallArrived(at=self.at, leg=LEG, did="600", pii_number=number))
            if who in ("customer", "expected"):
                [look_up] = [one.look_up for one in self.commands if isinstance(one, c.LookUp)]
                ana = msgspec.structs.replace(ANA, outage=not kind)
                matters = (Matter(kind=kind, recency="", probability=0.9),) if kind else ()
                self.put(i.LookedUp(at=self.at, look_up=look_up, candidates=(ana,), matters=matters))
        else:
            self.put(i.TimerFired(at=self.at, timer=LOOK, due_at=self.at))
            [claim] = [one.claim for one in self.commands if isinstance(one, c.ClaimLeads)]
            self.put(i.LeadsClaimed(at=self.at, claim=claim, leads=(self._lead(),)))
        self.put(i.LegAnswered(at=self.at, leg=LEG))

    def _lead(self) -> Lead:
        permit = Permit(
            permit_id=1,
            account_id=1,
            customer_id=ANA.customer_id,
            pii_address=NUMBER,
            channel=Channel.PHONE,
            purpose=Purpose.APPOINTMENT,
            expires_at=9e9,
        )
        values = dict.fromkeys(self.flow.given, "12")
        return Lead(
            dial_id=1,
            attempt=LEG,
            ordinal=1,
            permit=permit,
            customer=ANA,
            language="es",
            flow=self.flow.name,
            values=values,
        )

    def put(self, message: Input) -> None:
        self.seq += 1
        turn = self.center.handle(1, self.seq, message)
        assert turn.faults == []
        for place, said in enumerate(turn.said):
            match said:
                case Event():
                    self.told.append(((1, self.seq, place), said))
                case c.StartTimer(timer=timer, due_at=due_at):
                    self.timers[timer] = due_at
                case c.CancelTimer(timer=timer):
                    self.timers.pop(timer, None)
                case c.StartRecording(recording=recording):
                    self.recordings.append(recording)
                case c.StopRecording(recording=recording):
                    pass
            if not isinstance(said, Event):
                self.commands.append(said)
        if any(isinstance(said, c.DropLeg) for said in turn.said):
            self.put(i.LegEnded(at=self.at, leg=LEG, by="center", q850=16))

    # Where he is

    @property
    def desk(self) -> Any:
        return self.center._ivr.desk

    @property
    def session(self) -> Session | None:
        return next(iter(self.desk.sessions.values()), None)

    def nodes(self) -> list[str]:
        """The nodes of the flow that he came to."""
        return [event.node for _, event in self.told if isinstance(event, e.NodeEntered)]

    def state(self) -> tuple[Any, ...]:
        """What tells this moment from others."""
        it = self.session
        if it is None:
            return ("gone",)
        waits = (it.pii_number, it.keys, it.playback, it.action, it.secret, it.recording)
        guess = (it.matters, it.guess_node if it.guessing else "")
        at = (it.flow, it.phase, it.node, it.step, it.attempts, it.wanted, it.level)
        return (*at, *guess, *map(bool, waits))

    # What can happen

    def moves(self) -> Iterator[Move]:
        """All that a caller, the switch and the store may do next."""
        it = self.session
        if it is None or it.phase not in (Phase.FLOW, Phase.LEAVING) or it.flow != self.flow.name:
            return
        if it.playback:
            yield ("heard",)
        elif f"ivr:key:{it.contact}" in self.timers:
            yield ("silence",)
            if isinstance(self.flow.nodes[it.node], Quiet):
                yield ("quiet",)
        if it.phase is Phase.FLOW:
            yield from self._keys(it)
            yield from self._answers(it)

    def _keys(self, it: Session) -> Iterator[Move]:
        node = self.flow.nodes[it.node]
        match node:
            case Menu():
                yield from (("key", key) for key in node.keys)
            case Ask() if it.keys:
                yield ("key", "#")
            case Ask() if not it.step:
                yield ("key", TYPED[node.kind][: node.max_length or None])
                yield ("key", "#")
            case Ask():
                yield from (("key", key) for key in "12")
            case Identify() if it.secret is not None:
                yield ("secret",)
            case Identify() if it.step == "who":
                yield ("key", f"{TYPED['rut'] if 'rut' in node.by else '1234'}#")
            case Guess():
                yield ("key", node.key)
            case Voicemail():
                yield ("key", "#")
        if it.attempts == 0 and not it.step:
            yield from (("key", shortcut.key) for shortcut in self.flow.shortcuts())

    def _answers(self, it: Session) -> Iterator[Move]:
        if it.recording is not None:
            yield ("lost",)
        if it.action is None:
            return
        yield ("failed",)
        [asked] = [one for one in self.commands if isinstance(one, c.RunAction) and one.action == it.action]
        spec = actions.specs()[asked.name]
        for outcome in spec.outcomes:
            yield ("outcome", outcome)
            for node in self.flow.nodes.values():
                if isinstance(node, Decide) and node.on in spec.gives:
                    yield from (("outcome", outcome, node.on, case) for case in node.cases)

    def take(self, move: Move) -> None:
        if move in (STRANGER, HIDDEN, CUSTOMER, *EXPECTED, CALLED):
            self._begin(*move)
            return
        it = self.session
        assert it is not None
        self.at += _SECONDS
        match move:
            case ("heard",):
                self.put(i.PromptEnded(at=self.at, playback=it.playback, failed=False))  # type: ignore[arg-type]
            case ("silence",):
                timer: Any = f"ivr:key:{it.contact}"
                self.timers.pop(timer, None)
                self.put(i.TimerFired(at=self.at, timer=timer, due_at=self.at))
            case ("key", keys):
                for key in keys:
                    self.put(i.DigitPressed(at=self.at, leg=it.leg, pii_digit=key))
            case ("quiet",):
                self.put(i.LegSilent(at=self.at, leg=it.leg))
            case _:
                self._answer(it, move)

    def _answer(self, it: Session, move: Move) -> None:
        match move:
            case ("secret",):
                self.put(i.SecretBegun(at=self.at, secret=it.secret))  # type: ignore[arg-type]
                self.put(i.SecretHeard(at=self.at, secret=it.secret))  # type: ignore[arg-type]
            case ("lost",):
                self.recordings.remove(it.recording)
                self.put(i.RecordingFailed(at=self.at, recording=it.recording, reason="disk full"))  # type: ignore[arg-type]
            case ("failed",):
                self.put(i.ActionFailed(at=self.at, action=it.action, reason="error"))  # type: ignore[arg-type]
            case ("outcome", outcome, *more):
                self._outcome(it, outcome, dict([more]) if more else {})  # type: ignore[list-item]

    def _outcome(self, it: Session, outcome: str, chosen: dict[str, str]) -> None:
        [asked] = [one for one in self.commands if isinstance(one, c.RunAction) and one.action == it.action]
        gives = actions.specs()[asked.name].gives
        values = {name: VALUES.get(said, "repair") for name, said in gives.items()} | chosen
        self.put(i.ActionDone(at=self.at, action=asked.action, outcome=outcome, values=values))

    def hang_up(self) -> None:
        """He puts down; what was still to come back for him comes afterwards."""
        it = self.session
        assert it is not None
        action = it.action
        self.at += 1.0
        self.put(i.LegEnded(at=self.at, leg=it.leg, by="caller", q850=16))
        if action is not None:
            self.put(i.ActionDone(at=self.at + 1, action=action, outcome="late"))
        for recording in self.recordings:
            self.put(i.RecordingStored(at=self.at + 1, recording=recording, seconds=9.0))


def beginnings(flow: Flow) -> Iterator[Move]:
    """How a call may begin, as far as the flow tells one beginning from another."""
    if flow.given:
        yield CALLED
        return
    yield STRANGER
    nodes = flow.nodes.values()
    if any(isinstance(node, Callback) for node in nodes):
        yield HIDDEN
    if flow.identify or any(isinstance(node, Decide) and node.on == "outage" for node in nodes):
        yield CUSTOMER
    if any(isinstance(node, Guess) for node in nodes):
        yield from EXPECTED


def explored(flow: Flow, tables: Tables, *, when: str = "open") -> tuple[list[Walk], set[str]]:
    """A call in every state of the flow, and the nodes that were come to; `when` is part of its name."""
    seen, walks, nodes = set[tuple[Any, ...]](), list[Walk](), set[str]()
    todo: list[Way] = [(how,) for how in beginnings(flow)]
    while todo:
        way = todo.pop(0)
        walk = Walk(flow, tables, way, name=f"{flow.name}-{when}-{len(walks)}")
        nodes |= set(walk.nodes())
        if walk.state() not in seen:
            seen.add(walk.state())
            walks.append(walk)
            todo += [(*way, move) for move in walk.moves()]
    return walks, nodes
