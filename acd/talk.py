"""Caller and agent together.

The wait ends when both legs are in the conversation. When the agent leaves, the caller is handed back to the
IVR; when the caller leaves, the contact is over. Either way the agent wraps up.
"""

from acd import arrangement, named, offers, priority, wrap_up
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.status import pause, release
from ctiserver.core.commands import DropLeg, StartRecording, StopRecording
from ctiserver.core.events import (
    ContactConnected,
    RecordingKept,
    RecordingLost,
    RecordingStarted,
    TalkEnded,
)
from ctiserver.core.ids import AgentKey, LegId, QueueKey, RecordingId
from ctiserver.core.inputs import Party, RecordingFailed, RecordingStored
from ctiserver.core.turn import Turn


def joined(floor: Floor, contact: Contact, leg: LegId, turn: Turn) -> None:
    """A leg is in the conversation; with the second one the talk begins."""
    if contact.stage is not Stage.JOINING or leg in contact.joined or not contact.agent:
        return
    contact.joined.append(leg)
    if len(contact.joined) < 2 or not contact.agent_leg:
        return
    state = floor.ledger.agents[contact.agent]
    contact.stage, contact.connected_at, contact.campaign = Stage.TALKING, turn.at, None
    contact.segments += 1
    state.segment = contact.segments
    turn.say(
        ContactConnected(
            at=turn.at,
            contact=contact.id,
            agent=contact.agent,
            queue=contact.queue,
            segment=contact.segments,
            leg=contact.agent_leg,
        )
    )
    named.reached(contact, turn)
    if floor.queues[contact.queue].record:
        _record(floor, contact, turn)


def _record(floor: Floor, contact: Contact, turn: Turn) -> None:
    recording = RecordingId(turn.new_id())
    contact.recording = recording
    floor.ledger.recordings[recording] = contact.id
    turn.say(
        RecordingStarted(at=turn.at, contact=contact.id, recording=recording, segment=contact.segments),
        StartRecording(recording=recording, leg=contact.leg),
    )


def recorded(floor: Floor, message: RecordingStored | RecordingFailed, turn: Turn) -> None:
    """What became of a recording."""
    contact = floor.ledger.recordings.pop(message.recording, None)
    if contact is None:
        return
    recording = message.recording
    if isinstance(message, RecordingStored):
        kept = RecordingKept(at=turn.at, contact=contact, recording=recording, seconds=message.seconds)
        turn.say(kept)
    else:
        turn.say(RecordingLost(at=turn.at, contact=contact, recording=recording, reason=message.reason))


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
    _ended(contact, key, by, turn, caller_stays=True)
    floor.leave(contact)
    wrap_up.begin(floor, key, contact, turn)


def give_back(floor: Floor, contact: Contact, reason: str, by: Party, turn: Turn) -> None:
    """The agent is lost to the caller, who waits again at the place that he had."""
    key = _end_talk(floor, contact, by, turn)
    _ended(contact, key, by, turn, caller_stays=False)
    pause(floor, key, reason, turn)
    release(floor, key, contact.id, turn)
    contact.agent, contact.talk = None, None
    offers.wait_again(floor, contact, reason, turn)


def pass_on(
    floor: Floor, contact: Contact, queue: QueueKey, turn: Turn, *, to: AgentKey | None = None
) -> None:
    """The agent is done with the caller, who goes on to a queue with the arrival that he had, or to one agent."""
    leg = contact.agent_leg
    key = _end_talk(floor, contact, "agent", turn)
    _ended(contact, key, "agent", turn, caller_stays=False)
    if leg:
        turn.say(DropLeg(leg=leg))
    wrap_up.begin(floor, key, contact, turn)
    contact.agent, contact.talk, contact.called = None, None, False
    if to is not None:
        contact.named, contact.passed_by = to, key
    else:
        contact.queue = queue
        priority.begin(contact, floor.queues[queue])
    offers.wait_again(floor, contact, "transferred", turn)


def caller_left(floor: Floor, contact: Contact, by: Party, turn: Turn) -> None:
    """The caller's leg is gone while the two talked."""
    leg = contact.agent_leg
    key = _end_talk(floor, contact, by, turn)
    if leg:
        turn.say(DropLeg(leg=leg))
    arrangement.part(contact, turn)
    _ended(contact, key, by, turn, caller_stays=False)
    floor.leave(contact)
    wrap_up.begin(floor, key, contact, turn)


def _end_talk(floor: Floor, contact: Contact, by: Party, turn: Turn) -> AgentKey:
    if contact.agent is None:
        raise AssertionError("a talk has an agent")
    if contact.recording:
        turn.say(StopRecording(recording=contact.recording))
        contact.recording = None
    floor.forget_agent_leg(contact)
    contact.named, contact.passed_by = None, None
    return contact.agent


def _ended(contact: Contact, key: AgentKey, by: Party, turn: Turn, *, caller_stays: bool) -> None:
    turn.say(
        TalkEnded(
            at=turn.at,
            contact=contact.id,
            agent=key,
            segment=contact.segments,
            by=by,
            caller_stays=caller_stays,
        )
    )
