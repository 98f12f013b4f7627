"""Yesterday rehearsed: a journalled day run again with another profile, contact by contact and side by side.

What is taken from the journal is what happened to each caller in each queue: when he came, how long he waited, who
served him and for how long, and when each agent was available. That is run twice by the rules of the ACD
(`acd.given_calls`): with the profile of that day, and with the changed one; the two are compared, and what was really
recorded stands beside them.

Its limit: callers behave as recorded. Who hung up would hang up after the same wait; who was answered waits as long as
it takes, and keeps whichever agent takes him as long as he kept his. Rings, offers that nobody took and skills that are
relaxed are not run again, so the first run differs from the record, and only the two runs may be compared. Visits that
ended in another queue or with a call-back are left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from statistics import fmean

from acd.given_calls import Day, GivenAgent, GivenCall, Went
from ctiserver.app.center import Center
from ctiserver.core import events as e
from ctiserver.core import wire
from ctiserver.core.ids import QueueKey
from ctiserver.core.inputs import ConfigurationApplied
from ctiserver.core.message import Event
from ctiserver.core.requests import Status
from ctiserver.core.tables import Queue, Tables
from ctiserver.journal.line import Derived, Entry, Line

_LAST_SERVICE_SECONDS = 180.0
"""Of a talk that was not over when the journal ends, where there is no other to take the mean of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDay:
    """What the journal tells of a span of time; `went`: how each call really went."""

    tables: Tables
    calls: Sequence[GivenCall]
    agents: Sequence[GivenAgent]
    went: Mapping[str, Went]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Figures of one run, or of the record. Shares of the calls that are over; None: there is none."""

    calls: int
    answered: int
    abandoned: int
    service_level: float | None
    asa_seconds: float | None
    longest_wait_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One call that would have gone otherwise."""

    contact: str
    queue: str
    value_class: str
    before: Went
    after: Went


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """By value class, "" for all: as recorded, run as it was, run with the change; and the calls that differ."""

    recorded: Mapping[str, Side]
    before: Mapping[str, Side]
    after: Mapping[str, Side]
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sameness:
    """Whether this version decides as the recorded one did: entries replayed, and the seqs where events differ."""

    entries: int
    differing: Sequence[int]


def same_version(lines: Iterable[Line], prefix: str) -> Sameness:
    """Replay a journal from its first entry, and compare what follows with what was written down."""
    center, entries = Center(prefix), 0
    told: dict[int, list[bytes]] = {}
    wrote: dict[int, list[bytes]] = {}
    for line in lines:
        if isinstance(line, Entry):
            entries += 1
            turn = center.handle(line.epoch, line.seq, wire.decode_input(line.body))
            told[line.seq] = [wire.encode(event) for event in turn.events]
        elif isinstance(line, Derived):
            wrote.setdefault(line.seq, []).append(line.body)
    return Sameness(
        entries=entries, differing=[seq for seq, events in told.items() if events != wrote.get(seq, [])]
    )


def rehearse(day: RecordedDay, changed: Mapping[QueueKey, Queue]) -> Rehearsal:
    """The day with these queues in the place of those that it had."""
    queues = {queue.key: queue for queue in day.tables.queues}
    before = Day(queues, day.agents, day.calls).run()
    after = Day({**queues, **changed}, day.agents, day.calls).run()
    return Rehearsal(
        recorded=_sides(day.calls, day.went, queues),
        before=_sides(day.calls, before, queues),
        after=_sides(day.calls, after, queues),
        differences=[
            Difference(
                contact=call.contact,
                queue=call.queue,
                value_class=call.value_class,
                before=before[call.contact],
                after=after[call.contact],
            )
            for call in day.calls
            if call.contact in before and before[call.contact] != after[call.contact]
        ],
    )


def recorded_day(lines: Iterable[Line], from_at: float, until_at: float) -> RecordedDay | None:
    """What happened from one moment to another; None: the journal holds no configuration up to then."""
    reading = _Reading(from_at, until_at)
    for line in lines:
        if line.at >= until_at and not reading.open:
            break
        if isinstance(line, Entry):
            reading.entry(line)
        elif isinstance(line, Derived):
            reading.event(wire.decode_event(line.body))
    return reading.day()


@dataclass(slots=True)
class _Visit:
    """One wait in one queue, and the service after it."""

    contact: str
    queue: QueueKey
    value_class: str
    at: float
    left_at: float | None = None
    agent: str | None = None
    over_at: float | None = None


@dataclass(slots=True)
class _Reading:
    from_at: float
    until_at: float
    tables: Tables | None = None
    done: list[_Visit] = field(default_factory=list)
    open: dict[str, _Visit] = field(default_factory=dict)
    talking: dict[str, _Visit] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)
    spans: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    seen: int = 0

    def entry(self, line: Entry) -> None:
        """The configuration of that day: the last one before it, else the first in it."""
        if b'"ConfigurationApplied"' in line.body and (self.tables is None or line.at <= self.from_at):
            message = wire.decode_input(line.body)
            if isinstance(message, ConfigurationApplied):
                self.tables = message.tables

    def event(self, event: Event) -> None:
        """One thing that happened."""
        match event:
            case e.AgentStatusChanged():
                self._status(event.agent, event.at, event.status is Status.AVAILABLE)
            case e.ContactQueued() | e.ContactRequeued():
                self._queued(event, getattr(event, "value_class", None))
            case e.PriorityChanged() if event.contact in self.open:
                self.open[event.contact].value_class = self.classes[event.contact] = event.value_class
            case e.ContactConnected() if event.contact in self.open:
                visit = self.open.pop(event.contact)
                visit.left_at, visit.agent = event.at, str(event.agent)
                self.talking[str(event.agent)] = visit
                self._keep(visit)
            case e.TalkEnded() | e.WrapUpEnded() if str(event.agent) in self.talking:
                self.talking[str(event.agent)].over_at = event.at
            case e.CallbackAsked():
                self.open.pop(event.contact, None)
            case e.ContactEnded() if event.contact in self.open:
                visit = self.open.pop(event.contact)
                visit.left_at = event.at
                if event.by == "caller":
                    self._keep(visit)

    def day(self) -> RecordedDay | None:
        """All that was read."""
        if self.tables is None:
            return None
        for agent in list(self.since):
            self._status(agent, self.until_at, False)
        known = [one.over_at - one.left_at for one in self.done if one.over_at and one.left_at and one.agent]
        mean = fmean(known) if known else _LAST_SERVICE_SECONDS
        agents = [
            GivenAgent(agent=agent, spans=self.spans.get(str(agent.key), [])) for agent in self.tables.agents
        ]
        return RecordedDay(
            tables=self.tables,
            calls=[_given(one, mean) for one in self.done],
            agents=agents,
            went={
                one.contact: Went(wait_seconds=(one.left_at or one.at) - one.at, agent=one.agent)
                for one in self.done
            },
        )

    def _queued(self, event: e.ContactQueued | e.ContactRequeued, value_class: str | None) -> None:
        there = self.open.get(event.contact)
        if there and there.queue == event.queue:
            return
        if value_class is None:
            value_class = self.classes.get(event.contact, "")
        self.classes[event.contact] = value_class
        self.seen += 1
        name = f"{event.contact}" if not there else f"{event.contact} {self.seen}"
        self.open[event.contact] = _Visit(name, event.queue, value_class, event.at)

    def _keep(self, visit: _Visit) -> None:
        if self.from_at <= visit.at < self.until_at:
            if any(visit.contact == one.contact for one in self.done[-50:]):
                visit.contact = f"{visit.contact} {self.seen}"
            self.done.append(visit)

    def _status(self, agent: str, at: float, available: bool) -> None:
        begun = self.since.pop(agent, None)
        if begun is not None and at > self.from_at and begun < self.until_at:
            span = (max(begun, self.from_at), min(at, self.until_at))
            self.spans.setdefault(agent, []).append(span)
        if available:
            self.since[agent] = at


def _given(visit: _Visit, mean_service: float) -> GivenCall:
    served = visit.agent is not None
    left_at = visit.at if visit.left_at is None else visit.left_at
    return GivenCall(
        contact=visit.contact,
        queue=visit.queue,
        value_class=visit.value_class,
        at=visit.at,
        patience_seconds=inf if served else left_at - visit.at,
        service_seconds=mean_service if visit.over_at is None else visit.over_at - left_at,
    )


def _sides(
    calls: Sequence[GivenCall], went: Mapping[str, Went], queues: Mapping[QueueKey, Queue]
) -> dict[str, Side]:
    classes = ["", *sorted({call.value_class for call in calls} - {""})]
    return {
        name: _side([call for call in calls if not name or call.value_class == name], went, queues)
        for name in classes
    }


def _side(calls: Sequence[GivenCall], went: Mapping[str, Went], queues: Mapping[QueueKey, Queue]) -> Side:
    over = [(call, went[call.contact]) for call in calls if call.contact in went]
    over = [(call, one) for call, one in over if not one.waits]
    served = [one.wait_seconds for _, one in over if one.agent is not None]
    kept = sum(one.wait_seconds <= queues[call.queue].service_level_seconds for call, one in over)
    return Side(
        calls=len(calls),
        answered=len(served),
        abandoned=len(over) - len(served),
        service_level=kept / len(over) if over else None,
        asa_seconds=fmean(served) if served else None,
        longest_wait_seconds=max((one.wait_seconds for _, one in over), default=None),
    )
