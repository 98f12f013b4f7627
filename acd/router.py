"""The ACD: contacts wait in lines by head-start priority and are offered to agents, one at a time.

Every contact in its hands waits, is offered, is being joined, or talks; every agent has at most one contact.
What an entry brings about is decided in `offers`, `talk` and `status`; this module says who decides what.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from acd import (
    arrangement,
    asked,
    call_backs,
    called,
    conference,
    consult,
    device,
    hand,
    identity,
    named,
    offers,
    outside_calls,
    outside_talk,
    parties,
    priority,
    recording,
    recording_pause,
    refuge,
    supervision,
    talk,
    transfer,
    wrap_up,
)
from acd.briefs import changed
from acd.contact_state import Contact, Stage
from acd.floor import Floor, Ledger
from acd.status import log_out_departed
from ctiserver.core.commands import CancelTimer, StartTimer
from ctiserver.core.events import (
    AgentLent,
    CallbackAsked,
    CallerIdentified,
    ContactEnded,
    ContactQueued,
    LeadAbandoned,
    LeadDialed,
    LeadEnded,
    LeadFailed,
    PlaceTold,
    Where,
)
from ctiserver.core.ids import ContactId, LegId, TimerId
from ctiserver.core.inputs import (
    AgentLost,
    AgentPresent,
    ConfigurationApplied,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    LegRinging,
    Party,
    RecordingFailed,
    RecordingStored,
    TimerFired,
    VoicesHeard,
)
from ctiserver.core.message import Message
from ctiserver.core.requests import (
    Request,
)
from ctiserver.core.turn import Turn

_WHERE: dict[Stage, Where] = {
    Stage.WAITING: "queue",
    Stage.OFFERED: "offer",
    Stage.JOINING: "offer",
    Stage.TALKING: "talk",
    Stage.HELD: "talk",
    Stage.RETURNING: "talk",
    Stage.OUTSIDE: "talk",
}


_WHEN_DUE: dict[str, Callable[[Floor, Any, Turn], None]] = {
    "wrap_up": wrap_up.over,
    "away": device.away_too_long,
    "named": transfer.waited_long_enough,
    "minute": hand.minute_over,
    "recording": recording_pause.paused_too_long,
    "call_back": call_backs.due,
    "wider": offers.more_may_serve,
}
"""What follows when a timer of a family is due; it is about the agent or the contact that it names."""


class Acd:
    """The engine; its state is the floor."""

    def __init__(self) -> None:
        self.floor = Floor(Ledger())

    def state(self) -> Any:
        return msgspec.to_builtins(self.floor.ledger, str_keys=True)

    def restore(self, state: Any) -> None:
        self.floor = Floor(msgspec.convert(state, Ledger, str_keys=True))

    def handle(self, message: Message, turn: Turn) -> None:
        if isinstance(message, LegAnswered | LegFailed | LegEnded):
            outside_calls.follow(self.floor, message, turn)
        match message:
            case ContactQueued():
                self._queue(message, turn)
            case CallerIdentified(contact=contact, value_class=value_class):
                identity.identified(self.floor, contact, value_class, turn)
            case LegRinging(leg=leg) | LegAnswered(leg=leg) | LegJoined(leg=leg):
                self._leg_alive(message, leg, turn)
            case LegFailed(leg=leg) | LegEnded(leg=leg):
                self._leg_gone(message, leg, turn)
            case TimerFired(timer=timer):
                self._timer(timer, turn)
            case Request():
                asked.ask(self.floor, message, turn)
            case AgentPresent(agent=agent) | AgentLost(agent=agent):
                follow = device.back if isinstance(message, AgentPresent) else device.lost
                follow(self.floor, agent, turn)
            case ConfigurationApplied():
                self._configure(message, turn)
            case _:
                self._followed(message, turn)
        transfer.settle(self.floor, turn)

    def _followed(self, message: Message, turn: Turn) -> None:
        match message:
            case RecordingStored() | RecordingFailed():
                recording.recorded(self.floor, message, turn)
            case VoicesHeard():
                recording.voices(self.floor, message, turn)
            case CallbackAsked():
                call_backs.asked(self.floor, message, turn)
            case AgentLent():
                called.lent(self.floor, message, turn)
            case LeadDialed():
                called.dialed(self.floor, message, turn)
            case LeadAbandoned():
                called.let_go(self.floor, message, turn)
            case LeadFailed() | LeadEnded():
                called.over(self.floor, message, turn)

    def _configure(self, message: ConfigurationApplied, turn: Turn) -> None:
        self.floor.apply(message.tables, turn.at)
        turn.say(changed(message))
        log_out_departed(self.floor, turn)
        for contact in self.floor.ledger.contacts.values():
            refuge.shelter(self.floor, contact, turn)
        call_backs.shelter(self.floor, turn)
        offers.serve_everyone(self.floor, turn)

    def _queue(self, message: ContactQueued, turn: Turn) -> None:
        contact = self.floor.ledger.contacts.get(message.contact)
        let_go = None
        if contact is None:
            contact = self._new_contact(message, turn)
            self.floor.enter(contact)
            offers.hold(self.floor, contact, turn)
            call_backs.taken_over(self.floor, contact, turn)
        elif (
            (not message.leg and message.queue == contact.queue)
            or contact.stage is Stage.OUTSIDE
            or (contact.agent and contact.stage is not Stage.OFFERED)
        ):
            return
        else:
            let_go = contact.agent
            offers.withdraw(self.floor, contact, turn)
            named.give_up(self.floor, contact, "moved", turn, may_return=False)
            self._move(contact, message)
        if called.answered(self.floor, contact, message.agent, turn):
            return
        if not offers.serve_contact(self.floor, contact, turn):
            offers.tell_place_later(self.floor, contact, turn)
        if let_go:
            offers.serve_agent(self.floor, let_go, turn)

    def _new_contact(self, message: ContactQueued, turn: Turn) -> Contact:
        self.floor.ledger.arrivals += 1
        contact = Contact(
            id=message.contact,
            account_id=message.account_id,
            leg=message.leg,
            queue=message.queue,
            value_class=message.value_class,
            language=message.language,
            pii_number=message.pii_number,
            pii_name=message.pii_name,
            arrived_at=turn.at,
            virtual_arrival=turn.at,
            order=self.floor.ledger.arrivals,
            campaign=message.campaign,
            called=message.campaign is not None,
        )
        priority.begin(contact, self.floor.queues[message.queue])
        return contact

    def _move(self, contact: Contact, message: ContactQueued) -> None:
        contact.queue, contact.value_class = message.queue, message.value_class
        priority.begin(contact, self.floor.queues[message.queue])
        self.floor.line_up(contact)

    def _leg_alive(self, message: Message, leg: LegId, turn: Turn) -> None:
        contact = self.floor.contact_of_leg(leg)
        if contact is None:
            return
        party = contact.party(leg)
        if party and party.role == "supervisor":
            supervision.alive(self.floor, contact, party, message, turn)
        elif party:
            outside = contact.stage is Stage.OUTSIDE
            (outside_talk if outside else consult).alive(self.floor, contact, party, message, turn)
        elif isinstance(message, LegJoined):
            if message.conversation == contact.talk:
                talk.joined(self.floor, contact, leg, turn)
        elif leg == contact.leg and isinstance(message, LegAnswered):
            call_backs.reached(self.floor, contact, turn)
        elif leg == contact.agent_leg:
            self._agent_phone(contact, message, turn)

    def _agent_phone(self, contact: Contact, message: Message, turn: Turn) -> None:
        if contact.stage is Stage.RETURNING:
            if isinstance(message, LegAnswered):
                device.answered(self.floor, contact, turn)
        elif isinstance(message, LegRinging):
            offers.ringing(self.floor, contact, turn)
        else:
            offers.accepted(self.floor, contact, turn)

    def _leg_gone(self, message: LegFailed | LegEnded, leg: LegId, turn: Turn) -> None:
        contact = self.floor.contact_of_leg(leg)
        if contact is None:
            return
        by = message.by if isinstance(message, LegEnded) else "switch"
        if leg == contact.leg:
            self._caller_gone(contact, message, by, turn)
        elif (party := contact.party(leg)) and party.role == "supervisor":
            supervision.gone(self.floor, contact, party, message, turn)
        elif party:
            conference.party_gone(self.floor, contact, party, message, turn)
        elif contact.stage is Stage.RETURNING:
            device.unreachable(self.floor, contact)
        elif by == "switch" and contact.agent and device.is_gone(self.floor, contact.agent, message):
            device.lost(self.floor, contact.agent, turn)
        elif contact.stage is Stage.OFFERED and isinstance(message, LegEnded) and by == "switch":
            offers.leg_lost(self.floor, contact, turn)
        elif contact.stage is Stage.OFFERED:
            reason = message.reason if isinstance(message, LegFailed) else "hung_up_at_once"
            offers.refused(self.floor, contact, reason, turn)
        elif not conference.agent_left(self.floor, contact, by, turn):
            talk.agent_left(self.floor, contact, by, turn)

    def _caller_gone(self, contact: Contact, message: LegFailed | LegEnded, by: Party, turn: Turn) -> None:
        if contact.stage is Stage.RESERVED:
            call_backs.failed(self.floor, contact, message, turn)
            return
        where = _WHERE[contact.stage]
        agent = contact.agent
        by = "supervisor" if contact.closed_by and by == "center" else by
        turn.say(CancelTimer(timer=offers.place_timer(contact)))
        if contact.named:
            turn.say(CancelTimer(timer=named.named_timer(contact)))
        if contact.stage in (Stage.TALKING, Stage.HELD, Stage.RETURNING):
            talk.caller_left(self.floor, contact, by, turn)
        else:
            offers.withdraw(self.floor, contact, turn)
            parties.dismiss(self.floor, contact, "caller_left", by, turn)
            arrangement.part(contact, turn)
            self.floor.leave(contact)
        turn.say(ContactEnded(at=turn.at, contact=contact.id, where=where, by=by, q850=message.q850))
        if agent:
            offers.serve_agent(self.floor, agent, turn)

    def _timer(self, timer: TimerId, turn: Turn) -> None:
        family, _, rest = timer.partition(":")[2].partition(":")
        if not timer.startswith("acd:"):
            return
        if family in ("ring", "consult"):
            self._rang_enough(LegId(rest), turn)
        elif family == "place":
            self._tell_place(ContactId(rest), turn)
        elif does := _WHEN_DUE.get(family):
            does(self.floor, rest, turn)

    def _rang_enough(self, leg: LegId, turn: Turn) -> None:
        contact = self.floor.contact_of_leg(leg)
        party = contact.party(leg) if contact else None
        if contact and party:
            consult.expired(self.floor, contact, party, turn)
        elif contact:
            offers.expired(self.floor, contact, turn)

    def _tell_place(self, key: ContactId, turn: Turn) -> None:
        contact = self.floor.ledger.contacts.get(key)
        if contact is None or contact.stage not in (Stage.WAITING, Stage.OFFERED):
            return
        if contact.stage is Stage.WAITING:
            place = self.floor.place(contact, turn.at)
            turn.say(PlaceTold(at=turn.at, contact=key, place=place, language=contact.language))
        every = self.floor.queues[contact.queue].announce_every_seconds
        turn.say(StartTimer(timer=offers.place_timer(contact), due_at=turn.at + every))
