"""The floor: who waits, who serves, and by what rules. The ACD's whole state, and the questions asked of it.

Waiting contacts stand in the waiting room: those of a queue where its agents find them, those passed on to one agent
before him, those who answered a campaign's call for its agents. One whose skills are relaxed stands in several places
of his queue; who must leave agents free to others stands apart from them. Whoever was put elsewhere without a word to
the room is dropped when he comes to the head. The room is derived from the contacts, hence not in the state.
"""

from collections.abc import Collection, Iterator

import msgspec

from acd import priority
from acd.agent_state import AgentState
from acd.contact_state import Contact, Participant, Stage
from acd.outside_book import OutsideBook
from acd.own_call_state import OwnCall
from acd.reach import Reach, places
from acd.wait_books import WaitBooks
from acd.waiting_room import Place, Standing, WaitingRoom
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey, RecordingId
from ctiserver.core.serving import relaxations_after
from ctiserver.core.tables import Agent, Queue, Tables


def message_place(queue: QueueKey, step: int, leaves: int) -> Place:
    """Where messages of a queue stand that an agent may have who needs so many of its relaxations, and that leave so
    many agents free to others: one that must wait for that stands before none that need not.
    """
    return "message", queue, step, leaves


class Seen(msgspec.Struct, kw_only=True):
    """What an agent was doing at one look, and at which look he did so first; see `lease`."""

    what: str
    at: float


class Ledger(msgspec.Struct, kw_only=True):
    """What a snapshot keeps. `kept`: agents who called a customer whose telephone rings, by his leg; `own_calls`: those
    that agents make themselves, until somebody outside answers. `seen`, `looks_at`: what the agents who were not idle
    were doing at the last look, and when the next is due.
    """

    tables: Tables = Tables()
    queues: dict[QueueKey, Queue] = {}
    contacts: dict[ContactId, Contact] = {}
    agents: dict[AgentKey, AgentState] = {}
    recordings: dict[RecordingId, ContactId] = {}
    arrivals: int = 0
    kept: dict[LegId, AgentKey] = {}
    outside: OutsideBook = msgspec.field(default_factory=OutsideBook)
    own_calls: dict[ContactId, OwnCall] = {}
    seen: dict[AgentKey, Seen] = {}
    looks_at: float | None = None
    waits: WaitBooks = msgspec.field(default_factory=WaitBooks)


class Floor:
    """Invariant: no contact waits while an agent who may serve it is free, but those left free to other classes."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.roster: dict[AgentKey, Agent] = {agent.key: agent for agent in ledger.tables.agents}
        self.reach = Reach(self.roster, ledger.queues, ledger.agents)
        self.legs: dict[LegId, ContactId] = {}
        self.room = WaitingRoom()
        self._named: dict[AgentKey, list[ContactId]] = {}
        self._apart: dict[QueueKey, dict[ContactId, None]] = {}
        for contact in ledger.contacts.values():
            if contact.leg:
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

    def apply(self, tables: Tables, now: float) -> None:
        """Use new tables. Queues and agents that went away serve what they have in hand, nothing more."""
        agents, before = self.ledger.agents, self.queues
        in_use = {contact.queue for contact in self.ledger.contacts.values()}
        in_use |= {call.queue for call in self.ledger.own_calls.values() if call.queue}
        kept = {key: queue for key, queue in self.queues.items() if key in in_use}
        self.ledger.tables = tables
        self.ledger.queues = kept | {queue.key: queue for queue in tables.queues}
        self.roster = {agent.key: agent for agent in tables.agents}
        for key in self.roster:
            agents.setdefault(key, AgentState(key=key))
        for key, state in list(agents.items()):
            if key not in self.roster and not state.contact and not state.supervises:
                del agents[key]
        self.reach = Reach(self.roster, self.queues, agents)
        for contact in self.ledger.contacts.values():
            queue = self.queues[contact.queue]
            priority.goes_on(contact, before.get(contact.queue, queue), queue, now)
            contact.relaxed = relaxations_after(queue, now - contact.arrived_at)
            if contact.stage is Stage.WAITING:
                self.line_up(contact)

    def enter(self, contact: Contact) -> None:
        """Take a contact on and let it stand in line."""
        self.ledger.contacts[contact.id] = contact
        if contact.leg:
            self.legs[contact.leg] = contact.id
        if contact.stage is Stage.WAITING:
            self.line_up(contact)

    def leave(self, contact: Contact) -> None:
        """Forget a contact."""
        self.room.leave(contact.id)
        self.ledger.contacts.pop(contact.id, None)
        self.legs.pop(contact.leg, None)
        self.forget_agent_leg(contact)
        for party in list(contact.parties):
            self.forget_party(contact, party)

    def forget_agent_leg(self, contact: Contact) -> None:
        """The agent's leg is no longer this contact's business."""
        if contact.agent_leg:
            self.legs.pop(contact.agent_leg, None)
        contact.agent_leg = None
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
        """Stand in the contact's places, on its terms."""
        self.room.leave(contact.id)
        if contact.named:
            self._named.setdefault(contact.named, []).append(contact.id)
        elif contact.unanswered_by:
            self._apart.setdefault(contact.queue, {})[contact.id] = None
        self.room.stand(
            Standing(
                contact=contact.id,
                arrived_at=contact.arrived_at,
                order=contact.order,
                virtual=contact.virtual_arrival,
                slope=contact.slope,
                since=priority.since(contact),
                escalates_at=contact.escalates_at,
                places=tuple(self._places(contact)),
                line=contact.queue if contact.line[0] == "queue" else None,
                value_class=contact.value_class,
            )
        )

    def relax(self, contact: Contact, now: float) -> None:
        """Let him stand wherever his wait allows it by now."""
        steps = relaxations_after(self.queues[contact.queue], now - contact.arrived_at)
        if steps != contact.relaxed:
            contact.relaxed = steps
            if contact.stage is Stage.WAITING:
                self.line_up(contact)

    def _places(self, contact: Contact) -> Iterator[Place]:
        yield self._first_place(contact)
        if contact.line[0] == "queue" and not contact.unanswered_by:
            for step in range(1, contact.relaxed + 1):
                yield ("queue", contact.queue, step, contact.leaves_free)
        elif contact.line[0] == "message":
            for step in range(1, contact.relaxed + 1):
                yield message_place(contact.queue, step, contact.leaves_free)

    def _first_place(self, contact: Contact) -> Place:
        if contact.named is None and contact.campaign is None and contact.message is None:
            if contact.unanswered_by:
                return ("apart", contact.id)
            return ("queue", contact.queue, 0, contact.leaves_free)
        if contact.line[0] == "message":
            return message_place(contact.queue, 0, contact.leaves_free)
        return contact.line

    def head(self, queue: QueueKey, now: float) -> Contact | None:
        """Who is next in one queue."""
        heads = self.heads(places(self.queues[queue], 0), now) + self.apart(queue)
        return min(heads, key=lambda one: self._turn(one, now), default=None)

    def heads(self, places: Collection[Place], now: float) -> list[Contact]:
        """The first of each group of these places, in no order of merit."""
        while True:
            found = self.room.heads(places, now)
            gone = [one.contact for _, one in found if self.who_stands(one) is None]
            if not gone:
                return [self.ledger.contacts[ContactId(one.contact)] for _, one in found]
            for key in gone:
                self.room.leave(key)

    def apart(self, queue: QueueKey) -> list[Contact]:
        """Who waits in a queue and is not for every agent of it, as one of them did not answer him."""
        found = []
        for key in list(self._apart.get(queue, ())):
            one = self.ledger.contacts.get(key)
            waits = one is not None and one.stage is Stage.WAITING and one.queue == queue and not one.named
            if one is not None and waits and one.unanswered_by:
                found.append(one)
            else:
                del self._apart[queue][key]
        return found

    def is_head(self, contact: Contact, now: float) -> bool:
        """Whether nobody of his own group goes before him in some place where he stands."""
        return any(one is contact for one in self.heads(list(self._places(contact)), now))

    def who_stands(self, standing: Standing) -> Contact | None:
        """Whose standing it is; None: he was put elsewhere without a word to the room."""
        contact = self.ledger.contacts.get(ContactId(standing.contact))
        if contact is None or contact.stage is not Stage.WAITING:
            return None
        if contact.virtual_arrival != standing.virtual:
            return None
        return contact if standing.places[0] == self._first_place(contact) else None

    def _turn(self, contact: Contact, now: float) -> tuple[bool, float, float, int]:
        """His turn among all of his line."""
        late = priority.escalated(contact, now)
        counts = priority.since(contact) if late else -priority.score(contact, now)
        return not late, counts, contact.arrived_at, contact.order

    def waited_for(self) -> list[AgentKey]:
        """The agents before whom somebody stands, by key."""
        for key, some in list(self._named.items()):
            left = [one for one in some if self._waits_for(one, key)]
            if left:
                self._named[key] = left
            else:
                del self._named[key]
        return sorted(self._named)

    def _waits_for(self, contact: ContactId, key: AgentKey) -> bool:
        one = self.ledger.contacts.get(contact)
        return one is not None and one.named == key and one.stage is Stage.WAITING

    def waiting_for(self, key: AgentKey, now: float) -> list[Contact]:
        """All who stand before one agent, next first."""
        some = [one for one in dict.fromkeys(self._named.get(key, ())) if self._waits_for(one, key)]
        return sorted((self.ledger.contacts[one] for one in some), key=lambda one: self._turn(one, now))

    def place(self, contact: Contact, now: float) -> int:
        """How many stand in his queue, or before the agent whom he waits for, up to and including him."""
        if contact.named:
            return 1 + self.waiting_for(contact.named, now).index(contact)
        return self.room.place(contact.id, now)

    def set_class(self, contact: Contact, value_class: str, now: float) -> bool:
        """Raise a waiting contact's class; whether that changed its place."""
        before = contact.value_class
        moved = priority.raised(contact, self.queues[contact.queue], value_class, now)
        if (moved or value_class != before) and contact.stage is Stage.WAITING:
            self.line_up(contact)
        return moved

    def contact_of_leg(self, leg: LegId) -> Contact | None:
        """The contact in our hands that a leg belongs to."""
        key = self.legs.get(leg)
        return self.ledger.contacts.get(key) if key else None
