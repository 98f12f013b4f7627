"""A caller with somebody outside and no agent of ours: he was passed on there, or his agent left the two alone.

He hears music until the number answers. Where nobody does, he goes back to the agent who passed him on, if he is free,
else to his queue, at the place that he always had. When the other hangs up, the caller is handed back to the IVR, as
after any talk; when the caller does, the other's call ends.
"""

from typing import Literal

from acd import arrangement, named, offers, outside_calls, parties, talk
from acd.contact_state import Contact, Participant, Stage
from acd.floor import Floor
from acd.hold import in_hand
from ctiserver.core.commands import CancelTimer, SetFuse
from ctiserver.core.events import PartyLeft, TransferCompleted, TransferFailed, TransferStarted
from ctiserver.core.ids import AgentKey
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed
from ctiserver.core.message import Message
from ctiserver.core.requests import TransferOutside
from ctiserver.core.turn import Turn

NOBODY = AgentKey("")
"""What stands for a number outside where an agent is named."""


def pass_on(floor: Floor, request: TransferOutside, turn: Turn) -> None:
    """The agent is done; the number rings, and the caller hears music. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    parties.need_nobody_else(contact)
    route = outside_calls.find(floor, request.agent, request.pii_number, turn, queue=contact.queue)
    turn.say(
        TransferStarted(
            at=turn.at, contact=contact.id, agent=request.agent, to=NOBODY, pii_number=route.pii_number
        )
    )
    giver = talk.leave(floor, contact, turn)
    contact.stage = Stage.OUTSIDE
    offers.hold(floor, contact, turn)
    parties.ring_outside(floor, contact, route, giver, "outside", turn)


def alive(floor: Floor, contact: Contact, party: Participant, message: Message, turn: Turn) -> None:
    """The number answered: the two hear each other."""
    if not isinstance(message, LegAnswered) or party.up or party.asked_by is None:
        return
    parties.answered(floor, party, turn)
    done = TransferCompleted(at=turn.at, contact=contact.id, agent=party.asked_by, kind="blind", to=NOBODY)
    turn.say(done)
    contact.origin, contact.from_agent = "queue", None
    arrangement.arrange(contact, turn)
    turn.say(SetFuse(leg=contact.leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds))


def gone(
    floor: Floor, contact: Contact, party: Participant, message: LegFailed | LegEnded, turn: Turn
) -> None:
    """The other has hung up, or was not to be had."""
    if not party.up:
        reason = message.reason if isinstance(message, LegFailed) else "hung_up_at_once"
        _bring_back(floor, contact, party, reason, turn)
        return
    lost = isinstance(message, LegEnded) and message.by == "switch"
    if party.asked_by is not None:
        turn.say(
            PartyLeft(
                at=turn.at,
                contact=contact.id,
                agent=party.asked_by,
                outcome="lost" if lost else "hung_up",
                caller_stays=True,
            )
        )
    floor.forget_party(contact, party)
    arrangement.part(contact, turn)
    floor.leave(contact)


def _bring_back(floor: Floor, contact: Contact, party: Participant, reason: str, turn: Turn) -> None:
    giver = party.asked_by
    turn.say(CancelTimer(timer=parties.ring_timer(party.leg)))
    floor.forget_party(contact, party)
    returns = giver is not None and named.is_free(floor, giver)
    returned_to: Literal["agent", "queue"] = "agent" if returns else "queue"
    if giver is not None:
        turn.say(
            TransferFailed(
                at=turn.at, contact=contact.id, agent=giver, to=NOBODY, reason=reason, returned_to=returned_to
            )
        )
    contact.named, contact.passed_by = giver if returns else None, None
    contact.origin, contact.from_agent = ("returned", giver) if returns else ("queue", None)
    offers.wait_again(floor, contact, reason, turn)
