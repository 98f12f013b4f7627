"""An agent's status, and what happens when he is free again.

The center itself pauses an agent only for a reason; that outweighs his own choice to be available next, but not
his choice to pause or to log out.
"""

from acd.agent_state import Activity
from acd.floor import Floor
from ctiserver.core.events import AgentReleased, AgentStatusChanged, NextStatusChosen
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.requests import Status
from ctiserver.core.turn import Turn

CENTER = "center"


def choose_status(floor: Floor, key: AgentKey, status: Status, reason: str, by: str, turn: Turn) -> None:
    """Take a status at once, or, with a contact in hand, when it ends."""
    state = floor.ledger.agents[key]
    if state.activity is Activity.IDLE:
        set_status(floor, key, status, reason, by, turn)
        return
    state.next_status, state.next_reason, state.next_by = status, reason, by
    turn.say(NextStatusChosen(at=turn.at, agent=key, status=status, reason=reason))


def set_status(floor: Floor, key: AgentKey, status: Status, reason: str, by: str, turn: Turn) -> None:
    """Change what the agent is from now on."""
    state = floor.ledger.agents[key]
    if status is Status.AVAILABLE and state.status is not Status.AVAILABLE:
        state.idle_since = turn.at
    state.status, state.reason = status, reason
    if status is not Status.AVAILABLE:
        state.campaign = None
    turn.say(AgentStatusChanged(at=turn.at, agent=key, status=status, reason=reason, by=by))


def pause(floor: Floor, key: AgentKey, reason: str, turn: Turn) -> None:
    """The center pauses an agent; a pause or log-out that he chose himself takes effect instead."""
    state = floor.ledger.agents[key]
    if state.next_status in (None, Status.AVAILABLE):
        state.next_status, state.next_reason, state.next_by = None, "", ""
        set_status(floor, key, Status.PAUSE, reason, CENTER, turn)


def log_out_departed(floor: Floor, turn: Turn) -> None:
    """Agents gone from the tables finish what they have in hand and are logged out."""
    for key, state in floor.ledger.agents.items():
        chosen = state.next_status or state.status
        if key not in floor.roster and chosen is not Status.LOGGED_OUT:
            choose_status(floor, key, Status.LOGGED_OUT, "removed", CENTER, turn)


def release(floor: Floor, key: AgentKey, contact: ContactId, turn: Turn) -> None:
    """The agent is idle again; his chosen next status takes effect."""
    state = floor.ledger.agents[key]
    state.move("finish" if state.activity is Activity.WRAPPING_UP else "release")
    if not state.owes:
        state.contact, state.disposition, state.segment = None, None, 0
    state.idle_since = turn.at
    turn.say(AgentReleased(at=turn.at, agent=key, contact=contact))
    if state.next_status is not None:
        status, reason, by = state.next_status, state.next_reason, state.next_by
        state.next_status, state.next_reason, state.next_by = None, "", ""
        set_status(floor, key, status, reason, by, turn)
