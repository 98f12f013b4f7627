"""What an agent asks for: a supervisor, an end to insults, a minute to breathe.

A raised hand stays up until the agent or a supervisor lowers it, or the agent goes home. A caller who insults hears a
polite goodbye from the IVR, which has him from then on; the agent's hand goes up by itself, so that somebody looks
after him. A minute is a pause that ends by itself; who still owes how his contact ended then is paused until he says
it.
"""

from acd import talk, wrap_up
from acd.agent_state import Activity, AgentState
from acd.contact_state import Stage
from acd.floor import Floor
from acd.hold import in_hand
from acd.offers import serve_agent
from acd.status import CENTER, MINUTE, choose_status, set_status
from ctiserver.core.errors import Refusal
from ctiserver.core.events import AbuseReported, HandLowered, HandRaised, SupervisorAsked
from ctiserver.core.events.supervision import Why
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.requests import LowerHand, RaiseHand, ReportAbuse, Status, TakeMinute
from ctiserver.core.turn import Turn


def raise_hand(floor: Floor, request: RaiseHand, turn: Turn) -> None:
    """A supervisor is asked in; once is enough. Raises Refusal."""
    state = _at_work(floor, request.agent)
    if not state.hand_up:
        _up(state, "help", state.contact, turn)
        if state.contact:
            turn.say(SupervisorAsked(at=turn.at, contact=state.contact, agent=state.key))


def lower_hand(floor: Floor, request: LowerHand, turn: Turn) -> None:
    """By the agent or by whoever has seen to it; a hand that is down stays down. Raises Refusal."""
    state = _at_work(floor, request.agent)
    if state.hand_up:
        state.hand_up = False
        turn.say(HandLowered(at=turn.at, agent=state.key, by=request.by, contact=state.contact))


def report_abuse(floor: Floor, request: ReportAbuse, turn: Turn) -> None:
    """The agent is out of it at once; the caller hears goodbye. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    state = floor.ledger.agents[request.agent]
    segment = state.segment
    talk.dismiss(floor, contact, turn)
    turn.say(AbuseReported(at=turn.at, contact=contact.id, agent=state.key, segment=segment))
    _up(state, "abuse", contact.id, turn)


def take_minute(floor: Floor, request: TakeMinute, turn: Turn) -> None:
    """Pause now, or when the contact in hand ends. Raises Refusal."""
    state = _at_work(floor, request.agent)
    chosen = state.next_status or state.status
    if chosen is not Status.AVAILABLE:
        raise Refusal("on_break", "you are on a break already")
    choose_status(floor, state.key, Status.PAUSE, MINUTE, request.by, turn)


def minute_over(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """He is available again, unless he chose something else meanwhile, or owes how his last contact ended."""
    state = floor.ledger.agents.get(key)
    if state is None or state.status is not Status.PAUSE or state.reason != MINUTE:
        return
    if state.owes:
        set_status(floor, key, Status.PAUSE, wrap_up.what_is_missing(floor, state), CENTER, turn)
    else:
        set_status(floor, key, Status.AVAILABLE, "", CENTER, turn)
        serve_agent(floor, key, turn)


def _at_work(floor: Floor, key: AgentKey) -> AgentState:
    state = floor.ledger.agents.get(key)
    if state is None or key not in floor.roster:
        raise Refusal("unknown_agent", f"there is no agent {key!r}")
    if state.status is Status.LOGGED_OUT and state.activity is Activity.IDLE:
        raise Refusal("logged_out", f"{key} is logged out")
    return state


def _up(state: AgentState, why: Why, contact: ContactId | None, turn: Turn) -> None:
    state.hand_up = True
    turn.say(HandRaised(at=turn.at, agent=state.key, why=why, contact=contact))
