"""Caller and agent together.

The wait ends when both legs are in the conversation. When the agent leaves, the caller is handed back to the
IVR, or over to a third who is there; when the caller leaves, the contact is over. Either way the agent wraps up.
"""

from acd import arrangement, named, offers, parties, priority, recording, unanswered, wrap_up
from acd.contact_state import Contact, Participant, Stage
from acd.floor import Floor
from acd.status import pause, release
from ctiserver.core.commands import DropLeg, SetFuse
from ctiserver.core.events import (
    Began,
    ConsultEnded,
    ContactConnected,
    ContactResumed,
    TalkEnded,
    TransferCompleted,
    TransferKind,
)
from ctiserver.core.ids import AgentKey, LegId, QueueKey
from ctiserver.core.inputs import Party
from ctiserver.core.topology import Mode
from ctiserver.core.turn import Turn


def joined(floor: Floor, contact: Contact, leg: LegId, turn: Turn) -> None:
    """A leg is in the conversation; with the second one the talk begins."""
    if contact.stage is not Stage.JOINING or leg in contact.joined or not contact.agent:
        return
    contact.joined.append(leg)
    if len(contact.joined) == 2:
        begins(floor, contact, turn)


def begins(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The agent has the caller from now on."""
    if not contact.agent or not contact.agent_leg:
        return
    contact.stage, contact.connected_at, contact.campaign = Stage.TALKING, turn.at, None
    contact.unanswered_by = []
    begin_segment(floor, contact, contact.agent, contact.agent_leg, contact.origin, contact.from_agent, turn)
    contact.origin, contact.from_agent = "queue", None
    named.reached(contact, turn)
    recording.talk_begins(floor, contact, turn)


def begin_segment(
    floor: Floor,
    contact: Contact,
    key: AgentKey,
    leg: LegId,
    began: Began,
    from_agent: AgentKey | None,
    turn: Turn,
) -> None:
    """An agent and the caller hear each other from now on."""
    contact.segments += 1
    floor.ledger.agents[key].segment = contact.segments
    turn.say(
        ContactConnected(
            at=turn.at,
            contact=contact.id,
            agent=key,
            queue=contact.queue,
            segment=contact.segments,
            leg=leg,
            began=began,
            from_agent=from_agent,
        )
    )


def agent_left(floor: Floor, contact: Contact, by: Party, turn: Turn) -> None:
    """The agent's leg is gone; the caller is still here."""
    if contact.stage is Stage.JOINING and by == "switch":
        offers.leg_lost(floor, contact, turn)
        return
    if contact.stage is Stage.JOINING:
        offers.refused(floor, contact, "hung_up_at_once", turn)
        return
    short_talk_seconds = floor.ledger.tables.timing.short_talk_seconds
    short = turn.at - contact.connected_at < short_talk_seconds
    if by == "agent" and short and not contact.called:  # an agent hears at once that he called a machine
        give_back(floor, contact, "hung_up_at_once", by, turn)
        return
    key = _end_talk(floor, contact, by, turn)
    arrangement.part(contact, turn)
    _ended(floor, contact, key, by, turn, caller_stays=True)
    floor.leave(contact)
    wrap_up.begin(floor, key, contact, turn)


def give_back(floor: Floor, contact: Contact, reason: str, by: Party, turn: Turn) -> None:
    """The agent is lost to the caller, who waits again at the place that he had."""
    key = _end_talk(floor, contact, by, turn)
    _ended(floor, contact, key, by, turn, caller_stays=False)
    unanswered.remember(contact, key, reason, turn.at)
    pause(floor, key, reason, turn)
    release(floor, key, contact.id, turn)
    contact.agent, contact.talk = None, None
    offers.wait_again(floor, contact, reason, turn)


def leave(floor: Floor, contact: Contact, turn: Turn) -> AgentKey:
    """The agent is done with the caller, who goes on without him; who it was. Where to is for the caller of this."""
    leg = contact.agent_leg
    key = _end_talk(floor, contact, "agent", turn)
    _ended(floor, contact, key, "agent", turn, caller_stays=False)
    if leg:
        turn.say(DropLeg(leg=leg))
    wrap_up.begin(floor, key, contact, turn)
    contact.agent, contact.talk, contact.called = None, None, False
    contact.origin, contact.from_agent = "blind", key
    return key


def pass_on(
    floor: Floor, contact: Contact, queue: QueueKey, turn: Turn, *, to: AgentKey | None = None
) -> None:
    """The agent is done with the caller, who goes on to a queue with the arrival that he had, or to one agent."""
    key = leave(floor, contact, turn)
    if to is not None:
        contact.named, contact.passed_by = to, key
    else:
        contact.queue = queue
        priority.begin(contact, floor.queues[queue])
    offers.wait_again(floor, contact, "transferred", turn)


def hand_over(
    floor: Floor, contact: Contact, third: Participant, kind: TransferKind, by: Party, turn: Turn
) -> None:
    """The agent leaves, and the third who is there has the caller: whom he consulted, or took into the talk."""
    leg, on_hold = contact.agent_leg, contact.stage is Stage.HELD
    giver = _end_part(floor, contact, turn)
    if leg:
        turn.say(DropLeg(leg=leg))
    if third.role == "consulted":
        ended = ConsultEnded(at=turn.at, contact=contact.id, agent=giver, to=third.agent, outcome="completed")
        turn.say(ended)
    _ended(floor, contact, giver, by, turn, caller_stays=False)
    done = TransferCompleted(at=turn.at, contact=contact.id, agent=giver, kind=kind, to=third.agent or "")
    turn.say(done)
    _take_over(floor, contact, third, giver, turn)
    if on_hold and contact.agent and kind != "attended":
        turn.say(ContactResumed(at=turn.at, contact=contact.id, agent=contact.agent))
    contact.called = False
    arrangement.arrange(contact, turn)
    turn.say(SetFuse(leg=contact.leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds))
    wrap_up.begin(floor, giver, contact, turn)


def _take_over(floor: Floor, contact: Contact, third: Participant, giver: AgentKey, turn: Turn) -> None:
    if third.agent is None:
        contact.stage, contact.agent, third.role = Stage.OUTSIDE, None, "outside"
        return
    contact.parties.remove(third)  # his leg stays the contact's, as that of its agent
    contact.agent_mode = third.mode
    contact.stage, contact.agent, contact.agent_leg = Stage.TALKING, third.agent, third.leg
    if third.role == "consulted":
        contact.connected_at = turn.at
        begin_segment(floor, contact, third.agent, third.leg, "attended", giver, turn)
    recording.talk_begins(floor, contact, turn)


def dismiss(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The agent is done with a caller who is not to stay; whoever says goodbye to him has him from now on."""
    leg = contact.agent_leg
    key = _end_talk(floor, contact, "agent", turn)
    if leg:
        turn.say(DropLeg(leg=leg))
    arrangement.part(contact, turn)
    _ended(floor, contact, key, "agent", turn, caller_stays=False)
    floor.leave(contact)
    wrap_up.begin(floor, key, contact, turn)


def caller_left(floor: Floor, contact: Contact, by: Party, turn: Turn) -> None:
    """The caller's leg is gone while the two talked."""
    leg = contact.agent_leg
    key = _end_talk(floor, contact, by, turn)
    if leg:
        turn.say(DropLeg(leg=leg))
    arrangement.part(contact, turn)
    _ended(floor, contact, key, by, turn, caller_stays=False)
    floor.leave(contact)
    wrap_up.begin(floor, key, contact, turn)


def _end_talk(floor: Floor, contact: Contact, by: Party, turn: Turn) -> AgentKey:
    parties.dismiss(floor, contact, "caller_left" if by == "caller" else "agent_left", by, turn)
    return _end_part(floor, contact, turn)


def _end_part(floor: Floor, contact: Contact, turn: Turn) -> AgentKey:
    """The agent's part is over, whoever else may be there."""
    if contact.agent is None:
        raise AssertionError("a talk has an agent")
    recording.consult_ends(floor, contact, turn)
    recording.talk_ends(contact, turn)
    for party in [it for it in contact.parties if it.role == "supervisor"]:
        parties.supervisor_leaves(floor, contact, party, "talk_ended", turn)
    floor.forget_agent_leg(contact)
    contact.agent_mode = Mode.TALK
    contact.named, contact.passed_by = None, None
    return contact.agent


def _ended(
    floor: Floor, contact: Contact, key: AgentKey, by: Party, turn: Turn, *, caller_stays: bool
) -> None:
    turn.say(
        TalkEnded(
            at=turn.at,
            contact=contact.id,
            agent=key,
            segment=floor.ledger.agents[key].segment,
            by=by,
            caller_stays=caller_stays,
        )
    )
