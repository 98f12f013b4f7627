"""Supervisors in a live talk: they listen, whisper to the agent, join in, or take it over.

A supervisor's own phone is rung, and he is a party of the contact: listening he hears what the agent hears and says,
and nobody hears him; whispering the agent alone hears him; barged in all do. While the agent has his caller on hold or
asks a colleague, the supervisor stays with the agent. Supervision is of one agent's part: it ends with it. Several may
supervise one contact, and each of them one contact at a time; nobody gives them a call meanwhile. Who serves queues
himself supervises those only, who serves none all of his account's.
"""

from acd import arrangement, parties, talk
from acd.agent_state import Activity, AgentState
from acd.contact_state import Contact, Participant, Stage
from acd.floor import Floor
from acd.oversight import of
from acd.status import set_status
from acd.wrap_up import OWED
from ctiserver.core.commands import DialLeg, SetFuse
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    AgentReserved,
    SupervisionEnded,
    SupervisionModeChanged,
    SupervisionStarted,
)
from ctiserver.core.ids import AgentKey, LegId
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed
from ctiserver.core.message import Message
from ctiserver.core.requests import Status, StopSupervising, Supervise, TakeOver
from ctiserver.core.topology import Mode
from ctiserver.core.turn import Turn

RING_SECONDS = 20.0
_MODES = {"listen": Mode.LISTEN, "whisper": Mode.WHISPER, "barge": Mode.TALK}
_NAMES = {mode: name for name, mode in _MODES.items()}
_WHY_NOT: dict[str, str] = {
    "busy": "phone_busy",
    "no_answer": "not_answered",
    "rejected": "phone_rejected",
}
"""How `SupervisionEnded` calls what became of a telephone that was rung; all else: it could not be reached."""


def supervise(floor: Floor, request: Supervise, turn: Turn) -> None:
    """Ring the supervisor's phone, or change how he takes part. Raises Refusal."""
    contact = of(floor, request.contact)
    mode = _MODES[request.mode]
    if party := _party(contact, request.agent):
        _change(contact, party, mode, turn)
        return
    state = _check(floor, contact, request.agent)
    agent, leg = floor.roster[request.agent], LegId(turn.new_id())
    state.supervises = contact.id
    floor.add_party(contact, Participant(role="supervisor", leg=leg, agent=request.agent, mode=mode))
    turn.say(
        DialLeg(
            leg=leg,
            contact=contact.id,
            endpoint=agent.endpoint,
            ring_seconds=RING_SECONDS,
            caller_number=contact.pii_number,
            caller_name=contact.pii_name,
            auto_answer=True,
        )
    )


def stop(floor: Floor, request: StopSupervising, turn: Turn) -> None:
    """He is in it no more; the talk goes on. Raises Refusal."""
    contact = of(floor, request.contact)
    party = _party(contact, request.agent)
    if party is None:
        raise Refusal("not_supervising", "you are not in this call")
    parties.supervisor_leaves(floor, contact, party, "stopped", turn)
    arrangement.arrange(contact, turn)


def take_over(floor: Floor, request: TakeOver, turn: Turn) -> None:
    """The caller is the supervisor's from now on, in a part of his own; his agent wraps up. Raises Refusal."""
    contact = of(floor, request.contact)
    party = _party(contact, request.agent)
    if party is None or not party.up or contact.agent is None:
        raise Refusal("not_supervising", "listen to the call first, then take it over")
    if contact.stage not in (Stage.TALKING, Stage.HELD):
        raise Refusal("no_talk", "nobody talks with this caller just now")
    parties.need_nobody_else(contact)
    state = floor.ledger.agents[request.agent]
    if state.owes:
        raise Refusal(OWED, f"say first how contact {state.contact} ended (dispose), then take this one over")
    _reserve(floor, contact, request.agent, turn)
    ended = SupervisionEnded(
        at=turn.at, contact=contact.id, supervisor=request.agent, agent=contact.agent, reason="taken_over"
    )
    turn.say(ended)
    party.role, party.mode, contact.connected_at = "colleague", Mode.TALK, turn.at
    talk.begin_segment(floor, contact, request.agent, party.leg, "taken_over", contact.agent, turn)
    talk.hand_over(floor, contact, party, "taken_over", "supervisor", turn)


def _reserve(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> None:
    """The caller is his. Who was off duty is on a break: else nobody would look after a browser of his that goes."""
    state = floor.ledger.agents[key]
    if state.status is Status.LOGGED_OUT:
        set_status(floor, key, Status.PAUSE, "supervisor", key, turn)
    state.supervises = None
    state.move("reserve")
    state.move("answer")
    state.contact, state.queue, state.account_id = contact.id, contact.queue, contact.account_id
    turn.say(AgentReserved(at=turn.at, agent=key, contact=contact.id))


def alive(floor: Floor, contact: Contact, party: Participant, message: Message, turn: Turn) -> None:
    """His phone was answered: he takes part."""
    if not isinstance(message, LegAnswered) or party.up or party.agent is None or contact.agent is None:
        return
    party.up = True
    turn.say(SetFuse(leg=party.leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds))
    arrangement.arrange(contact, turn)
    turn.say(
        SupervisionStarted(
            at=turn.at,
            contact=contact.id,
            supervisor=party.agent,
            agent=contact.agent,
            mode=_NAMES[party.mode],
            told=floor.queues[contact.queue].tells_supervised,
        )
    )


def gone(
    floor: Floor, contact: Contact, party: Participant, message: LegFailed | LegEnded, turn: Turn
) -> None:
    """He hung up, or his phone was not answered."""
    parties.supervisor_leaves(floor, contact, party, _why_gone(party, message), turn)
    if isinstance(message, LegEnded):
        arrangement.arrange(contact, turn)


def _why_gone(party: Participant, message: LegFailed | LegEnded) -> str:
    if isinstance(message, LegFailed):
        return _WHY_NOT.get(message.reason, "phone_unreachable")
    return "hung_up" if party.up else "not_answered"


def _change(contact: Contact, party: Participant, mode: Mode, turn: Turn) -> None:
    if party.mode is mode or party.agent is None:
        return
    party.mode = mode
    if party.up:
        arrangement.arrange(contact, turn)
        turn.say(
            SupervisionModeChanged(
                at=turn.at, contact=contact.id, supervisor=party.agent, agent=contact.agent, mode=_NAMES[mode]
            )
        )


def _party(contact: Contact, key: AgentKey) -> Participant | None:
    return next((it for it in contact.parties if it.role == "supervisor" and it.agent == key), None)


def _check(floor: Floor, contact: Contact, key: AgentKey) -> AgentState:
    agent, state = floor.roster.get(key), floor.ledger.agents.get(key)
    if agent is None or state is None or agent.account_id != contact.account_id or not agent.endpoint:
        raise Refusal("no_phone", "you have no telephone here: ask the administrator for an extension")
    if agent.queues and contact.queue not in agent.queues:
        raise Refusal("not_your_queue", "this call is in a queue that is not yours")
    if contact.stage not in (Stage.TALKING, Stage.HELD, Stage.RETURNING) or contact.agent is None:
        raise Refusal("no_talk", "nobody talks with this caller just now")
    if contact.agent == key or any(it.agent == key for it in contact.parties):
        raise Refusal("own_call", "this call is your own")
    if state.supervises is not None:
        raise Refusal("supervising", "you are in another talk: leave it first")
    if state.activity is not Activity.IDLE:
        raise Refusal("busy", "you have a contact in hand: finish it first")
    return state
