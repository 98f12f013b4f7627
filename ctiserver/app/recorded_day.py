"""A journalled day as a rehearsal needs it: what happened to each caller in each queue, and when agents were available.

The journal is read as the records are written (`journalled_contact`), and what becomes of it is said in one place for
both: `given_day`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from acd.given_calls import GivenAgent, GivenCall, Went
from ctiserver.app.given_day import Recorded
from ctiserver.app.journalled_contact import TELLING, JournalledContact
from ctiserver.app.ways_taken import WaysReading
from ctiserver.core import events as e
from ctiserver.core import wire
from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.inputs import ConfigurationApplied
from ctiserver.core.message import Event
from ctiserver.core.requests import Status
from ctiserver.core.tables import Tables
from ctiserver.journal.line import Derived, Entry, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDay:
    """What the journal tells of a span of time; `went`: how each call really went.

    `asked_in`: in which call he who is called back asked for it, by contact.
    """

    tables: Tables
    calls: Sequence[GivenCall]
    agents: Sequence[GivenAgent]
    went: Mapping[str, Went]
    asked_in: Mapping[str, str] = field(default_factory=dict)


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
        if line.at >= until_at and not reading.waiting:
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
class _Reading:
    from_at: float
    until_at: float
    tables: Tables | None = None
    contacts: dict[str, JournalledContact] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    """Who came to a queue before the end, and waits there still."""
    since: dict[str, float] = field(default_factory=dict)
    spans: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def entry(self, line: Entry) -> None:
        """The configuration of that day: the last one before it, else the first in it."""
        if b'"ConfigurationApplied"' in line.body and (self.tables is None or line.at <= self.from_at):
            message = wire.decode_input(line.body)
            if isinstance(message, ConfigurationApplied):
                self.tables = message.tables

    def event(self, event: Event) -> None:
        """One thing that happened."""
        if isinstance(event, e.AgentStatusChanged):
            self._status(event.agent, event.at, event.status is Status.AVAILABLE)
        if isinstance(event, TELLING):
            contact = self.contacts.get(event.contact) or JournalledContact(event.contact)
            self.contacts[event.contact] = contact
            contact.note(event)
            self._look(contact, event)

    def day(self) -> RecordedDay | None:
        """All that was read."""
        if self.tables is None:
            return None
        for agent in list(self.since):
            self._status(agent, self.until_at, False)
        recorded = self._recorded()
        calls = recorded.calls(named_wait_seconds=self.tables.timing.named_wait_seconds)
        calls = [one for one in calls if self.from_at <= one.at < self.until_at]
        went = recorded.went()
        agents = [
            GivenAgent(agent=agent, spans=self.spans.get(str(agent.key), [])) for agent in self.tables.agents
        ]
        return RecordedDay(
            tables=self.tables,
            calls=calls,
            agents=agents,
            went={one.contact: went[one.contact] for one in calls},
            asked_in={one.id: one.asked_in for one in self.contacts.values() if one.asked_in},
        )

    def _recorded(self) -> Recorded:
        """As the records would tell it, without messages and without those whom we called."""
        contacts = [one for one in self.contacts.values() if not (one.is_message or one.called)]
        return Recorded(
            sorted(
                (it for one in contacts for it in one.visits()), key=lambda it: (it.entered_at, it.contact)
            ),
            [it for one in contacts for it in one.talks()],
            [it for one in contacts for it in one.offers],
            [back for one in contacts if (back := one.call_back())],
        )

    def _look(self, contact: JournalledContact, event: ContactEvent) -> None:
        """Who waits at the end is read on for; whose contact was over before the beginning is forgotten."""
        since = contact.waits_since
        is_caller = not (contact.is_message or contact.called)
        if since is not None and since < self.until_at and is_caller:
            self.waiting.add(contact.id)
            return
        self.waiting.discard(contact.id)
        if isinstance(event, e.ContactEnded) and event.at < self.from_at:
            del self.contacts[contact.id]

    def _status(self, agent: str, at: float, available: bool) -> None:
        begun = self.since.pop(agent, None)
        if begun is not None and at > self.from_at and begun < self.until_at:
            span = (max(begun, self.from_at), min(at, self.until_at))
            self.spans.setdefault(agent, []).append(span)
        if available:
            self.since[agent] = at
