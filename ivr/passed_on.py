"""An agent has passed a caller on to a flow: he walks through it from its beginning, as if he had just called."""

from ctiserver.core.events import FlowEntered, FlowTransferFailed, TransferredToFlow
from ctiserver.core.turn import Turn
from ivr import walk
from ivr.desk import Desk
from ivr.session_state import Phase
from ivr.speak import light_fuse


def to_flow(desk: Desk, message: TransferredToFlow, turn: Turn) -> None:
    """Take the first step; whom the IVR does not know, or where there is no such flow, is given back."""
    session = desk.sessions.get(message.contact)
    document = desk.tables.flows.get(message.flow)
    if session is None or document is None:
        turn.say(
            FlowTransferFailed(at=turn.at, contact=message.contact, agent=message.agent, reason="no_flow")
        )
        return
    session.phase, session.flow, session.flow_version = Phase.FLOW, message.flow, document.version
    session.queue, session.place = None, None
    turn.say(
        FlowEntered(at=turn.at, contact=session.contact, flow=message.flow, flow_version=document.version)
    )
    light_fuse(desk, session, turn)
    walk.begin(desk, session, turn, emergency=False)
