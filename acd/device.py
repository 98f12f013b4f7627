"""The agent's browser is his phone: what becomes of his contact when it goes away, and when it is back.

A page that is reloaded, crashes or loses its network never loses the call: the caller hears music, and as soon as the
page is there again its phone is rung, answers by itself, and the two go on. A browser that stays away too long gives
the caller back to his line, at the place that he had. Whom he consulted is let go; a conference goes on without him. So
does a call that he makes himself wait for it until the two talk (`own_calls`). Who had answered the offer of a caller
and is gone before the two hear each other has not answered it.
"""

from acd import arrangement, conference, messages, offers, own_calls, parties, recording
from acd.agent_state import Activity, AgentState
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.status import pause
from acd.talk import begins, give_back
from ctiserver.core.commands import CancelTimer, DialLeg, DropLeg, SetFuse, StartTimer
from ctiserver.core.events import AgentAway, AgentBack
from ctiserver.core.ids import AgentKey, LegId, TimerId
from ctiserver.core.inputs import LegEnded, LegFailed
from ctiserver.core.requests import Status
from ctiserver.core.turn import Turn

LOST = "device_lost"


def away_timer(key: AgentKey) -> TimerId:
    """Fires when the browser has been away too long."""
    return TimerId(f"acd:away:{key}")


def has_browser_phone(floor: Floor, key: AgentKey) -> bool:
    """Whether the agent's phone is a page; a phone on his desk stays when the page goes."""
    agent = floor.roster.get(key)
    return agent is not None and agent.browser_phone


def is_gone(floor: Floor, key: AgentKey, message: LegFailed | LegEnded) -> bool:
    """Whether a leg that ended by itself was a page that went away; one that said no is there."""
    said_no = isinstance(message, LegFailed) and message.reason in ("busy", "rejected")
    return has_browser_phone(floor, key) and not said_no


def lost(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """The agent's browser is gone, perhaps for a moment only."""
    state = floor.ledger.agents.get(key)
    if state is None or state.status is Status.LOGGED_OUT or not has_browser_phone(floor, key):
        return
    own_calls.away(floor, key, turn)
    if guest := conference.guest_of(floor, key):
        conference.lost(floor, *guest, turn)
    contact = _in_hand(floor, state)
    if contact is not None and contact.stage is Stage.JOINING and contact.origin == "called":
        begins(floor, contact, turn)  # whom he called himself has answered, and waits for nobody else
    if contact is not None and contact.stage in (Stage.OFFERED, Stage.JOINING):
        leg = contact.agent_leg
        offers.refused(floor, contact, LOST, turn)
        if leg:
            turn.say(DropLeg(leg=leg))
        return
    if contact is not None and contact.stage in (Stage.TALKING, Stage.HELD):
        if contact.other is not None and contact.other.role != "consulted":
            conference.agent_left(floor, contact, "switch", turn)
        else:
            _keep_caller(floor, contact, key, turn)
    due_at = turn.at + floor.ledger.tables.timing.away_seconds
    turn.say(StartTimer(timer=away_timer(key), due_at=due_at))


def _in_hand(floor: Floor, state: AgentState) -> Contact | None:
    """The agent's contact, unless a colleague to whom he passed it on has it while he still wraps it up."""
    contact = floor.ledger.contacts.get(state.contact) if state.contact else None
    return contact if contact is not None and contact.agent == state.key else None


def _keep_caller(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> None:
    parties.dismiss(floor, contact, "agent_left", "switch", turn)
    contact.stage = Stage.RETURNING
    turn.say(AgentAway(at=turn.at, contact=contact.id, agent=key))
    if contact.agent_leg:
        turn.say(DropLeg(leg=contact.agent_leg))
    floor.forget_agent_leg(contact)
    offers.hold(floor, contact, turn)


def back(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """The browser is there, and its phone registered: ring it for the call that waits for it."""
    state = floor.ledger.agents.get(key)
    if state is None or key not in floor.roster:
        return  # no agent of ours any more: his caller is given back in time
    contact = _in_hand(floor, state)
    returning = contact is not None and contact.stage is Stage.RETURNING
    if contact is not None and returning and contact.agent_leg:
        return  # he says so twice: his telephone rings already, and its timer decides
    turn.say(CancelTimer(timer=away_timer(key)))
    own_calls.back(floor, key, turn)
    if contact is None or not returning:
        return
    leg = LegId(turn.new_id())
    contact.agent_leg = leg
    floor.legs[leg] = contact.id
    turn.say(
        DialLeg(
            leg=leg,
            contact=contact.id,
            endpoint=floor.roster[key].endpoint,
            ring_seconds=floor.ledger.tables.timing.away_seconds,
            caller_number=contact.pii_number,
            caller_name=contact.pii_name,
        ),
        StartTimer(timer=away_timer(key), due_at=turn.at + floor.ledger.tables.timing.away_seconds),
    )


def answered(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The phone that came back was answered: the two go on."""
    if contact.agent is None or contact.agent_leg is None:
        return
    contact.stage = Stage.TALKING
    fuse = floor.ledger.tables.timing.talk_fuse_seconds
    turn.say(CancelTimer(timer=away_timer(contact.agent)))
    arrangement.arrange(contact, turn)
    turn.say(
        SetFuse(leg=contact.leg, seconds=fuse),
        SetFuse(leg=contact.agent_leg, seconds=fuse),
        AgentBack(at=turn.at, contact=contact.id, agent=contact.agent),
    )
    recording.agent_is_there(contact, turn)


def unreachable(floor: Floor, contact: Contact) -> None:
    """The phone that was rung again is gone again; the timer decides."""
    floor.forget_agent_leg(contact)


def away_too_long(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """The browser did not come back."""
    state = floor.ledger.agents.get(key)
    if state is None:
        return
    call = own_calls.of_agent(floor, key)
    if call is not None and call.away:
        own_calls.lost(floor, key, turn)
    contact = _in_hand(floor, state)
    if contact is not None and contact.stage is Stage.RETURNING:
        if contact.agent_leg:  # the page is back, and its phone rings still
            turn.say(DropLeg(leg=contact.agent_leg))
        give_back(floor, contact, LOST, "switch", turn)
    elif contact is not None and contact.stage is Stage.MESSAGE:
        messages.given_back(floor, contact, LOST, turn)
    elif state.activity is Activity.IDLE and state.status is Status.AVAILABLE:
        pause(floor, key, LOST, turn)
