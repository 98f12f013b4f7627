"""An agent's status, and what happens when he is free again."""

from acd.agent_state import Activity
from acd.floor import Floor
from ctiserver.core.events import AgentReleased, AgentStatusChanged, NextStatusChosen
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.requests import Status
from ctiserver.core.turn import Turn


def choose_status(floor: Floor, key: AgentKey, status: Status, reason: str, by: str, turn: Turn) -> None:
    """Take a status at once, or, with a contact in hand, when it ends."""
    state = floor.ledger.agents[key]
    if state.activity is Activity.IDLE:
        set_status(floor, key, status, reason, by, turn)
        return
    state.next_status, state.next_reason = status, reason
    turn.say(NextStatusChosen(at=turn.at, agent=key, status=status, reason=reason))


def set_status(floor: Floor, key: AgentKey, status: Status, reason: str, by: str, turn: Turn) -> None:
    """Change what the agent is from now on."""
    state = floor.ledger.agents[key]
    if status is Status.AVAILABLE and state.status is not Status.AVAILABLE:
        state.idle_since = turn.at
    state.status, state.reason = status, reason
    turn.say(AgentStatusChanged(at=turn.at, agent=key, status=status, reason=reason, by=by))


def release(floor: Floor, key: AgentKey, contact: ContactId, turn: Turn) -> None:
    """The agent is idle again; his chosen next status takes effect."""
    state = floor.ledger.agents[key]
    state.move("finish" if state.activity is Activity.WRAPPING_UP else "release")
    if not state.owes:
        state.contact, state.disposition, state.segment = None, None, 0
    state.idle_since = turn.at
    turn.say(AgentReleased(at=turn.at, agent=key, contact=contact))
    if state.next_status is not None:
        status, reason = state.next_status, state.next_reason
        state.next_status, state.next_reason = None, ""
        set_status(floor, key, status, reason, key, turn)
