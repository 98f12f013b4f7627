"""The floor: who waits, who serves, and by what rules. The ACD's whole state, and the questions asked of it.

Waiting contacts stand in one line per queue, ordered by virtual arrival, and those passed on to one agent in a line
before him; a contact that left is dropped from its line when it comes to the head (lazy deletion). Lines are derived
from the contacts, hence not in the state.
"""

import heapq

import msgspec

from acd import priority
from acd.agent_state import AgentState
from acd.contact_state import Contact, Line, Participant, Stage
from acd.outside_book import OutsideBook
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey, RecordingId
from ctiserver.core.tables import Agent, Queue, Tables
from ctiserver.core.topology import Mode


class Ledger(msgspec.Struct, kw_only=True):
    """What a snapshot keeps. `kept`: agents who called a customer whose telephone rings, by his leg."""

    tables: Tables = Tables()
    queues: dict[QueueKey, Queue] = {}
    contacts: dict[ContactId, Contact] = {}
    agents: dict[AgentKey, AgentState] = {}
    recordings: dict[RecordingId, ContactId] = {}
    arrivals: int = 0
    kept: dict[LegId, AgentKey] = {}
    outside: OutsideBook = msgspec.field(default_factory=OutsideBook)


class Floor:
    """Invariant: no contact waits in a line while an agent who may serve it is free."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.roster: dict[AgentKey, Agent] = {agent.key: agent for agent in ledger.tables.agents}
        self.legs: dict[LegId, ContactId] = {}
        self._lines: dict[Line, list[tuple[float, int, ContactId]]] = {}
        for contact in ledger.contacts.values():
            self.legs[contact.leg] = contact.id
            if contact.agent_leg:
                self.legs[contact.agent_leg] = contact.id
            self.legs |= {party.leg: contact.id for party in contact.parties}
            if contact.stage is Stage.WAITING:
                self.line_up(contact)

    @property
    def queues(self) -> dict[QueueKey, Queue]:
        """The queues in force, and those gone from the tables that somebody still waits in."""
        return self.ledger.queues

    def apply(self, tables: Tables) -> None:
        """Use new tables. Queues and agents that went away serve what they have in hand, nothing more."""
        agents = self.ledger.agents
        in_use = {contact.queue for contact in self.ledger.contacts.values()}
        kept = {key: queue for key, queue in self.queues.items() if key in in_use}
        self.ledger.tables = tables
        self.ledger.queues = kept | {queue.key: queue for queue in tables.queues}
        self.roster = {agent.key: agent for agent in tables.agents}
        for key in self.roster:
            agents.setdefault(key, AgentState(key=key))
        for key in [key for key, state in agents.items() if key not in self.roster and not state.contact]:
            del agents[key]

    def enter(self, contact: Contact) -> None:
        """Take a contact on and let it stand in line."""
        self.ledger.contacts[contact.id] = contact
        self.legs[contact.leg] = contact.id
        self.line_up(contact)

    def leave(self, contact: Contact) -> None:
        """Forget a contact; its place in line goes when it comes to the head."""
        self.ledger.contacts.pop(contact.id, None)
        self.legs.pop(contact.leg, None)
        self.forget_agent_leg(contact)
        for party in list(contact.parties):
            self.forget_party(contact, party)

    def forget_agent_leg(self, contact: Contact) -> None:
        """The agent's leg is no longer this contact's business."""
        if contact.agent_leg:
            self.legs.pop(contact.agent_leg, None)
        contact.agent_leg, contact.agent_mode = None, Mode.TALK
        contact.joined = []

    def add_party(self, contact: Contact, party: Participant) -> None:
        """Somebody else is in the contact from now on."""
        contact.parties.append(party)
        self.legs[party.leg] = contact.id

    def forget_party(self, contact: Contact, party: Participant) -> None:
        """He is in the contact no more."""
        contact.parties.remove(party)
        self.legs.pop(party.leg, None)

    def line_up(self, contact: Contact) -> None:
        """Stand in the contact's line, at the place of its virtual arrival."""
        line = self._lines.setdefault(contact.line, [])
        heapq.heappush(line, (contact.virtual_arrival, contact.order, contact.id))

    def head(self, queue: QueueKey) -> Contact | None:
        """Who is next in one queue."""
        return self.first(("queue", queue))

    def first(self, line: Line) -> Contact | None:
        """Who is next in one line."""
        standing = self._lines.get(line, [])
        while standing:
            contact = self._standing(line, standing[0])
            if contact:
                return contact
            heapq.heappop(standing)
        self._lines.pop(line, None)
        return None

    def _standing(self, line: Line, entry: tuple[float, int, ContactId]) -> Contact | None:
        virtual, _, key = entry
        contact = self.ledger.contacts.get(key)
        stands = (
            contact
            and contact.stage is Stage.WAITING
            and contact.line == line
            and contact.virtual_arrival == virtual
        )
        return contact if stands else None

    def waited_for(self) -> list[AgentKey]:
        """The agents before whom somebody may stand, by key."""
        return sorted(AgentKey(key) for kind, key in self._lines if kind == "agent")

    def waiting_for(self, key: AgentKey) -> list[Contact]:
        """All who stand before one agent, next first."""
        return self._in_line(("agent", key))

    def waiting(self, queue: QueueKey) -> list[Contact]:
        """All who stand in one queue, next first."""
        return self._in_line(("queue", queue))

    def _in_line(self, line: Line) -> list[Contact]:
        waiting = [one for one in self.ledger.contacts.values() if one.stage is Stage.WAITING]
        found = [contact for contact in waiting if contact.line == line]
        return sorted(found, key=lambda contact: (contact.virtual_arrival, contact.order))

    def place(self, contact: Contact) -> int:
        """How many stand in his line up to and including him."""
        own = (contact.virtual_arrival, contact.order)
        others = self.ledger.contacts.values()
        return 1 + sum(
            other.line == contact.line
            and other.stage is Stage.WAITING
            and (other.virtual_arrival, other.order) < own
            for other in others
        )

    def head_start(self, queue: QueueKey, value_class: str) -> float:
        """Seconds of head start that a class has in a queue; none where the queue names none."""
        return self.queues[queue].head_start_seconds.get(value_class, 0.0)

    def set_class(self, contact: Contact, value_class: str) -> bool:
        """Raise a waiting contact's class; whether that changed its place."""
        head_start = self.head_start(contact.queue, value_class)
        virtual = priority.upgraded(contact.virtual_arrival, contact.arrived_at, head_start)
        contact.value_class = value_class
        if virtual == contact.virtual_arrival:
            return False
        contact.virtual_arrival = virtual
        if contact.stage is Stage.WAITING:
            self.line_up(contact)
        return True

    def contact_of_leg(self, leg: LegId) -> Contact | None:
        """The contact in our hands that a leg belongs to."""
        key = self.legs.get(leg)
        return self.ledger.contacts.get(key) if key else None
