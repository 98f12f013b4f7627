"""The ACD: contacts wait in lines by head-start priority and are offered to agents, one at a time.

Every contact in its hands waits, is offered, is being joined, or talks; every agent has at most one contact.
What an entry brings about is decided in `lining_up`, `legs`, `due`, `asked` and the modules that these name; this
module says who is told what: one line for each message.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from acd import (
    asked,
    call_backs,
    called,
    device,
    due,
    flow_transfer,
    hold,
    identity,
    lease,
    legs,
    limits,
    lining_up,
    messages,
    offers,
    outside_calls,
    own_call_legs,
    recording,
    refuge,
    told_waits,
    transfer,
)
from acd.briefs import changed
from acd.floor import Floor, Ledger
from acd.status import log_out_departed
from ctiserver.core import events as e
from ctiserver.core import inputs as i
from ctiserver.core.message import Message
from ctiserver.core.requests import Request
from ctiserver.core.turn import Turn


class Acd:
    """The engine; its state is the floor."""

    def __init__(self) -> None:
        self.floor = Floor(Ledger())

    def state(self) -> Any:
        return msgspec.to_builtins(self.floor.ledger, str_keys=True)

    def restore(self, state: Any) -> None:
        self.floor = Floor(msgspec.convert(state, Ledger, str_keys=True))

    def handle(self, message: Message, turn: Turn) -> None:
        if isinstance(message, Request):
            asked.ask(self.floor, message, turn)
        for does in _FOLLOWED_BY.get(type(message), ()):
            does(self.floor, message, turn)
        transfer.settle(self.floor, turn)
        offers.ask_again(self.floor, turn)
        lease.watch(self.floor, turn)


def _configure(floor: Floor, message: i.ConfigurationApplied, turn: Turn) -> None:
    before = floor.queues
    floor.apply(message.tables, turn.at)
    limits.changed(floor, before, turn)
    turn.say(changed(message))
    log_out_departed(floor, turn)
    for contact in floor.ledger.contacts.values():
        refuge.shelter(floor, contact, turn)
    call_backs.shelter(floor, turn)
    messages.shelter(floor, turn)
    offers.serve_everyone(floor, turn)


def _identified(floor: Floor, message: e.CallerIdentified, turn: Turn) -> None:
    identity.identified(floor, message.contact, message.value_class, turn)


def _present(floor: Floor, message: i.AgentPresent, turn: Turn) -> None:
    device.back(floor, message.agent, turn)


def _lost(floor: Floor, message: i.AgentLost, turn: Turn) -> None:
    device.lost(floor, message.agent, turn)


def _due(floor: Floor, message: i.TimerFired, turn: Turn) -> None:
    due.fired(floor, message.timer, turn)


_FOLLOWED_BY: dict[type[Message], tuple[Callable[[Floor, Any, Turn], None], ...]] = {
    e.ContactQueued: (lining_up.queued, told_waits.came),
    e.ContactConnected: (told_waits.connected,),
    e.ContactEnded: (told_waits.ended,),
    e.AgentReleased: (told_waits.released,),
    e.CallerIdentified: (_identified,),
    i.LegRinging: (legs.alive, own_call_legs.alive),
    i.LegJoined: (legs.alive,),
    i.LegAnswered: (outside_calls.follow, legs.alive, own_call_legs.alive),
    i.LegFailed: (outside_calls.follow, legs.gone, own_call_legs.gone),
    i.LegEnded: (outside_calls.follow, legs.gone, own_call_legs.gone),
    i.LegHeld: (hold.by_telephone,),
    i.LegResumed: (hold.by_telephone,),
    i.TimerFired: (_due,),
    i.AgentPresent: (_present,),
    i.AgentLost: (_lost,),
    i.ConfigurationApplied: (_configure,),
    i.RecordingStored: (recording.recorded,),
    i.RecordingFailed: (recording.recorded,),
    i.VoicesHeard: (recording.voices,),
    e.FlowTransferFailed: (flow_transfer.failed,),
    e.CallbackAsked: (call_backs.asked, told_waits.gone),
    e.ContactTurnedAway: (limits.turned_away, told_waits.gone),
    e.MessageBegun: (messages.begun, told_waits.gone),
    e.MessageLeft: (messages.left,),
    e.AgentLent: (called.lent,),
    e.LeadDialed: (called.dialed,),
    e.LeadAbandoned: (called.let_go,),
    e.LeadFailed: (called.over,),
    e.LeadEnded: (called.over,),
}
"""Who is told of what; requests are `asked`."""
