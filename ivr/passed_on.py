"""An agent has passed a caller on to a flow: he walks through it from its beginning, as if he had just called.

Until he has a place in a queue, or is gone, the agent is whom he comes back to where the flow leads nowhere.
"""

from ctiserver.core.events import FlowEntered, FlowTransferFailed, TransferredToFlow
from ctiserver.core.turn import Turn
from ivr import walk
from ivr.desk import Desk
from ivr.session_state import Phase
from ivr.speak import hush, light_fuse, nowhere_to_go, stop_waiting


def to_flow(desk: Desk, message: TransferredToFlow, turn: Turn) -> None:
    """Take the first step; whom the IVR does not know, or who cannot take it, is given back."""
    session = desk.sessions.get(message.contact)
    document = desk.tables.flows.get(message.flow)
    if session is None or document is None:
        turn.say(
            FlowTransferFailed(
                at=turn.at,
                contact=message.contact,
                agent=message.agent,
                reason="no_flow",
                flow=message.flow,
            )
        )
        return
    session.phase, session.flow, session.flow_version = Phase.FLOW, message.flow, document.version
    session.queue, session.place, session.passed_on_by = None, None, message.agent
    turn.say(
        FlowEntered(at=turn.at, contact=session.contact, flow=message.flow, flow_version=document.version)
    )
    light_fuse(desk, session, turn)
    try:
        walk.begin(desk, session, turn, emergency=False)
    except Exception:  # ours to mend, and logged as such; the caller is not left in silence for it
        hush(desk, session, turn)
        stop_waiting(session, turn)
        nowhere_to_go(session, "fault", turn)
        raise
