"""A journalled day as a rehearsal needs it: what happened to each caller in each queue, and when agents were available.

Visits that ended in another queue, with a call-back, a message or a goodbye are left out; so are the messages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from statistics import fmean

import msgspec

from acd.given_calls import GivenAgent, GivenCall, Went
from ctiserver.app.ways_taken import WaysReading
from ctiserver.core import events as e
from ctiserver.core import wire
from ctiserver.core.ids import QueueKey
from ctiserver.core.inputs import ConfigurationApplied
from ctiserver.core.message import Event
from ctiserver.core.requests import Status
from ctiserver.core.tables import Tables
from ctiserver.journal.line import Derived, Entry, Line

LAST_SERVICE_SECONDS = 180.0
"""Of a talk that was not over when the journal ends, where there is no other to take the mean of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDay:
    """What the journal tells of a span of time; `went`: how each call really went."""

    tables: Tables
    calls: Sequence[GivenCall]
    agents: Sequence[GivenAgent]
    went: Mapping[str, Went]


def of_account(day: RecordedDay, account_id: int) -> RecordedDay:
    """What of it one account sees: its queues, its calls, and the agents who serve them."""
    queues = tuple(queue for queue in day.tables.queues if queue.account_id == account_id)
    keys = {queue.key for queue in queues}
    return replace(
        day,
        tables=msgspec.structs.replace(day.tables, queues=queues),
        calls=[call for call in day.calls if call.queue in keys],
        agents=[one for one in day.agents if keys & set(one.agent.queues)],
    )


def recorded_day(
    lines: Iterable[Line],
    from_at: float,
    until_at: float,
    tables: Tables | None = None,
    ways: WaysReading | None = None,
) -> RecordedDay | None:
    """What happened from one moment to another; `ways` reads along.

    `tables`: in force where the journal tells of none, because nothing changed since its beginning. None: there are
    none, nor in the journal.
    """
    reading = _Reading(from_at, until_at)
    for line in lines:
        if line.at >= until_at and not reading.open:
            break
        if isinstance(line, Entry):
            reading.entry(line)
            if ways is not None:
                ways.entry(line.epoch, line.seq, wire.decode_input(line.body))
        elif isinstance(line, Derived):
            event = wire.decode_event(line.body)
            reading.event(event)
            if ways is not None:
                ways.event(event)
    reading.tables = reading.tables or tables
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
    names: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
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
            case e.ContactQueued() | e.ContactRequeued() if event.contact not in self.messages:
                self._queued(event, getattr(event, "value_class", None))
            case e.PriorityChanged() if event.contact in self.open:
                self.open[event.contact].value_class = self.classes[event.contact] = event.value_class
            case e.ContactConnected() if event.contact in self.open:
                visit = self.open.pop(event.contact)
                visit.left_at, visit.agent = event.at, str(event.agent)
                self.talking[str(event.agent)] = visit
                self._keep(visit)
            case e.TalkEnded() | e.WrapUpEnded():
                self._over(event)
            case e.CallbackAsked() | e.MessageBegun() | e.ContactTurnedAway():
                self.open.pop(event.contact, None)
            case e.MessagePlaced():
                self.open.pop(event.contact, None)
                self.messages.add(event.contact)
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
        mean = fmean(known) if known else LAST_SERVICE_SECONDS
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

    def _over(self, event: e.TalkEnded | e.WrapUpEnded) -> None:
        """The agent is done with a caller; what else he does then is none of that one's time."""
        visit = self.talking.get(str(event.agent))
        if visit is not None and visit.contact.partition(" ")[0] == event.contact:
            visit.over_at = event.at

    def _keep(self, visit: _Visit) -> None:
        """One more, by a name of its own."""
        if self.from_at <= visit.at < self.until_at:
            if visit.contact in self.names:
                visit.contact = f"{visit.contact} {self.seen}"
            self.names.add(visit.contact)
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
