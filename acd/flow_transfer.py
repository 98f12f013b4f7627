"""An agent passes his caller on to a flow: a menu, a payment by card, a survey.

The caller is with the IVR then, as before he first waited, and the agent wraps up. If the flow ends in a queue, he
waits there with the arrival that he had, as the same contact: whoever takes him has the next segment of it. If he
hangs up, or the flow says goodbye, the contact is over, which the IVR tells. Where the flow cannot be begun, or leads
to a queue or a flow that there is no more, he is given back to the agent, who is waited for while he wraps up; if he is
on a break, or gone, or too busy, to the queue from which he came, at his old place.
"""

from typing import Literal

from acd import arrangement, named, offers, parties, talk
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.hold import in_hand
from ctiserver.core.errors import Refusal
from ctiserver.core.events import FlowTransferFailed, TransferFailed, TransferredToFlow
from ctiserver.core.ids import AgentKey
from ctiserver.core.requests import TransferToFlow
from ctiserver.core.turn import Turn


def to_flow(floor: Floor, request: TransferToFlow, turn: Turn) -> None:
    """The agent is done, and the caller walks through the flow. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    parties.need_nobody_else(contact)
    if request.flow not in floor.ledger.tables.flows:
        raise Refusal("unknown_flow", f"there is no flow {request.flow!r} in force: choose another one")
    giver = talk.leave(floor, contact, turn)
    contact.stage = Stage.FLOW
    arrangement.part(contact, turn)
    turn.say(TransferredToFlow(at=turn.at, contact=contact.id, agent=giver, flow=request.flow))


def failed(floor: Floor, message: FlowTransferFailed, turn: Turn) -> None:
    """The IVR could not begin: whose the caller is now."""
    contact = floor.ledger.contacts.get(message.contact)
    if contact is None or contact.stage is not Stage.FLOW:
        return
    giver = message.agent
    returns = named.may_come(floor, giver)
    returned_to: Literal["agent", "queue"] = "agent" if returns else "queue"
    turn.say(
        TransferFailed(
            at=turn.at,
            contact=contact.id,
            agent=giver,
            to=AgentKey(""),
            flow=message.flow,
            reason=message.reason,
            returned_to=returned_to,
        )
    )
    contact.named = giver if returns else None
    contact.origin, contact.from_agent = ("returned", giver) if returns else ("queue", None)
    offers.wait_again(floor, contact, message.reason, turn)
    named.wait_a_while(floor, contact, turn)


def queued(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The flow has ended in a queue: he waits again, and hears music; where, is for the caller of this."""
    contact.stage = Stage.WAITING
    offers.hold(floor, contact, turn)
