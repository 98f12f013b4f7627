"""An agent's status, and what happens when he is free again.

The center itself pauses an agent only for a reason; that outweighs his own choice to be available next, but not
his choice to pause or to log out.
"""

from acd.agent_state import Activity, AgentState
from acd.floor import Floor
from ctiserver.core.commands import CancelTimer, StartTimer
from ctiserver.core.events import AgentReleased, AgentStatusChanged, HandLowered, NextStatusChosen
from ctiserver.core.ids import AgentKey, ContactId, QueueKey, TimerId
from ctiserver.core.requests import Status
from ctiserver.core.tables import Queue
from ctiserver.core.turn import Turn

CENTER = "center"
MINUTE = "minute"
"""The reason of a short pause that ends by itself."""


def minute_timer(key: AgentKey) -> TimerId:
    """Fires when the agent's minute is over."""
    return TimerId(f"acd:minute:{key}")


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
    was_minute = state.status is Status.PAUSE and state.reason == MINUTE
    state.status, state.reason = status, reason
    if status is not Status.AVAILABLE:
        state.campaign = None
    if was_minute:
        turn.say(CancelTimer(timer=minute_timer(key)))
    until = _minute_begins(floor, state, turn) if status is Status.PAUSE and reason == MINUTE else None
    turn.say(AgentStatusChanged(at=turn.at, agent=key, status=status, reason=reason, by=by, until=until))
    if status is Status.LOGGED_OUT and state.hand_up:
        state.hand_up = False
        turn.say(HandLowered(at=turn.at, agent=key, by=by))


def _minute_begins(floor: Floor, state: AgentState, turn: Turn) -> float:
    """When it ends: as the queue says that he served last, or else his first."""
    agent = floor.roster.get(state.key)
    own = sorted(agent.queues, key=lambda key: (agent.queues[key], key)) if agent else []
    queues = [floor.queues[key] for key in (QueueKey(state.queue), *own) if key in floor.queues]
    queue = queues[0] if queues else Queue(key=QueueKey(""))
    until = turn.at + queue.minute_seconds
    turn.say(StartTimer(timer=minute_timer(state.key), due_at=until))
    return until


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
