"""Caller and agent together, and what the agent does afterwards.

The wait ends when both legs are in the conversation. When the agent leaves, the caller is handed back to the
IVR; when the caller leaves, the contact is over. Either way the agent wraps up until he has said how the contact
ended; once the time for it is over he is paused, and gets no further contact before he has.
"""

from acd import named, offers, priority
from acd.agent_state import Activity, AgentState
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.status import CENTER, pause, release, set_status
from ctiserver.core.commands import (
    Arrange,
    CancelTimer,
    DropLeg,
    StartRecording,
    StartTimer,
    StopRecording,
)
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    ContactConnected,
    Disposed,
    RecordingKept,
    RecordingLost,
    RecordingStarted,
    TalkEnded,
    WrapUpEnded,
    WrapUpStarted,
)
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey, RecordingId, TimerId
from ctiserver.core.inputs import Party, RecordingFailed, RecordingStored
from ctiserver.core.requests import Dispose, Status
from ctiserver.core.tables import Disposition
from ctiserver.core.turn import Turn

OWED = "disposition_owed"


def wrap_up_timer(key: AgentKey) -> TimerId:
    """Fires when the time for wrapping up is over."""
    return TimerId(f"acd:wrap_up:{key}")


def joined(floor: Floor, contact: Contact, leg: LegId, turn: Turn) -> None:
    """A leg is in the conversation; with the second one the talk begins."""
    if contact.stage is not Stage.JOINING or leg in contact.joined or not contact.agent:
        return
    contact.joined.append(leg)
    if len(contact.joined) < 2 or not contact.agent_leg:
        return
    state = floor.ledger.agents[contact.agent]
    contact.stage, contact.connected_at = Stage.TALKING, turn.at
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
    if by == "agent" and turn.at - contact.connected_at < short_talk_seconds:
        give_back(floor, contact, "hung_up_at_once", by, turn)
        return
    key = _end_talk(floor, contact, by, turn)
    turn.say(Arrange(contact=contact.id))
    _ended(contact, key, by, turn, caller_stays=True)
    floor.leave(contact)
    _wrap_up(floor, key, contact, turn)


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
    _wrap_up(floor, key, contact, turn)
    contact.agent, contact.talk = None, None
    if to is not None:
        contact.named, contact.passed_by = to, key
    else:
        contact.queue = queue
        head_start = floor.head_start(queue, contact.value_class)
        contact.virtual_arrival = priority.virtual_arrival(contact.arrived_at, head_start)
    offers.wait_again(floor, contact, "transferred", turn)


def caller_left(floor: Floor, contact: Contact, by: Party, turn: Turn) -> None:
    """The caller's leg is gone while the two talked."""
    leg = contact.agent_leg
    key = _end_talk(floor, contact, by, turn)
    if leg:
        turn.say(DropLeg(leg=leg))
    turn.say(Arrange(contact=contact.id))
    _ended(contact, key, by, turn, caller_stays=False)
    floor.leave(contact)
    _wrap_up(floor, key, contact, turn)


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


def _wrap_up(floor: Floor, key: AgentKey, contact: Contact, turn: Turn) -> None:
    state = floor.ledger.agents[key]
    state.move("talk_end")
    until = turn.at + floor.queues[contact.queue].wrap_up_seconds
    turn.say(WrapUpStarted(at=turn.at, contact=contact.id, agent=key, segment=state.segment, until=until))
    if state.disposition is not None:
        _finish(floor, state, contact.id, turn)
    else:
        turn.say(StartTimer(timer=wrap_up_timer(key), due_at=until))


def dispose(floor: Floor, request: Dispose, turn: Turn) -> None:
    """Take the agent's word on how the contact ended. Raises Refusal."""
    state = floor.ledger.agents.get(request.agent)
    if state is None or state.contact != request.contact:
        raise Refusal("not_your_contact", f"{request.agent} has no contact {request.contact} to dispose of")
    if state.segment == 0:
        raise Refusal("not_connected", "a contact can be disposed of once it was connected")
    _check(_disposition(floor, state, request.code), request)
    turn.say(
        Disposed(
            at=turn.at,
            contact=request.contact,
            agent=request.agent,
            segment=state.segment,
            code=request.code,
            pii_note=request.pii_note,
        )
    )
    state.disposition = request.code
    if state.activity is Activity.WRAPPING_UP:
        _finish(floor, state, request.contact, turn)
    elif state.owes:
        _pay(floor, state, turn)


def _disposition(floor: Floor, state: AgentState, code: str) -> Disposition:
    known = [
        item
        for item in floor.ledger.tables.dispositions
        if item.account_id == state.account_id and item.queue in (None, state.queue)
    ]
    for item in known:
        if item.code == code:
            return item
    choice = ", ".join(item.code for item in known) or "none is configured"
    raise Refusal("unknown_disposition", f"{code!r} is no disposition of this queue; there are: {choice}")


def _check(disposition: Disposition, request: Dispose) -> None:
    if disposition.needs_note and not request.pii_note.strip():
        raise Refusal("note_required", f"the disposition {disposition.code!r} needs a note")


def _finish(floor: Floor, state: AgentState, contact: ContactId, turn: Turn) -> None:
    turn.say(CancelTimer(timer=wrap_up_timer(state.key)), _wrap_up_ended(state, contact, state.key, turn))
    release(floor, state.key, contact, turn)
    offers.serve_agent(floor, state.key, turn)


def _wrap_up_ended(state: AgentState, contact: ContactId, by: str, turn: Turn) -> WrapUpEnded:
    return WrapUpEnded(
        at=turn.at,
        contact=contact,
        agent=state.key,
        segment=state.segment,
        disposition=state.disposition,
        by=by,
    )


def wrap_up_over(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """The time is over: the agent owes the disposition, and is paused until he gives it."""
    state = floor.ledger.agents.get(key)
    if state is None or state.activity is not Activity.WRAPPING_UP or state.contact is None:
        return
    state.owes = True
    turn.say(_wrap_up_ended(state, state.contact, CENTER, turn))
    pause(floor, key, OWED, turn)
    release(floor, key, state.contact, turn)


def _pay(floor: Floor, state: AgentState, turn: Turn) -> None:
    state.owes, state.contact, state.disposition, state.segment = False, None, None, 0
    if state.reason == OWED:
        set_status(floor, state.key, Status.AVAILABLE, "", CENTER, turn)
        offers.serve_agent(floor, state.key, turn)
