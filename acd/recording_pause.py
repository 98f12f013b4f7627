"""What an agent does with the recording of his talk: begins one on demand, pauses it, goes on.

A pause is one of all that is recorded of him: his talk with the caller, and what he says to whom he consults.

Nobody's card number belongs into a file. A pause says who made it and why, and never lasts for good: who forgets it, or
whose page died, goes on being recorded after a while, and the record says that the center did it. Pausing again gives
it that time anew.
"""

from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.hold import in_hand
from acd.recording import pause_timer, segment_of, start, under_way
from acd.status import CENTER
from ctiserver.core.commands import CancelTimer, MuteRecording, StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import RecordingPaused, RecordingResumed
from ctiserver.core.ids import ContactId
from ctiserver.core.requests import PauseRecording, ResumeRecording, StartRecordingNow
from ctiserver.core.turn import Turn

REASONS = ("card_data", "customer_asked", "personal")
_IN_TALK = (Stage.TALKING, Stage.HELD, Stage.RETURNING)


def start_now(floor: Floor, request: StartRecordingNow, turn: Turn) -> None:
    """Record from now on, where the queue leaves it to the agent. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    if contact.recording is not None:
        raise Refusal("recorded_already", "this talk is being recorded already")
    if not floor.queues[contact.queue].record_on_demand:
        raise Refusal("recording_not_wanted", f"the queue {contact.queue} does not let talks be recorded")
    start(floor, contact, turn)


def pause(floor: Floor, request: PauseRecording, turn: Turn) -> None:
    """Silence in the file from now on. Raises Refusal."""
    if request.reason not in REASONS:
        raise Refusal("unknown_reason", f"give one of these reasons: {', '.join(REASONS)}")
    contact = _recorded(floor, request)
    limit = floor.ledger.tables.timing.recording_pause_seconds
    turn.say(StartTimer(timer=pause_timer(contact.id), due_at=turn.at + limit))
    if contact.recording_paused:
        return
    contact.recording_paused = True
    _mute(contact, True, turn)
    turn.say(
        RecordingPaused(
            at=turn.at,
            contact=contact.id,
            agent=request.agent,
            segment=segment_of(floor, contact),
            by=request.by,
            reason=request.reason,
        ),
    )


def resume(floor: Floor, request: ResumeRecording, turn: Turn) -> None:
    """The file hears the talk again; no news if it does. Raises Refusal."""
    contact = _recorded(floor, request)
    if contact.recording_paused:
        turn.say(CancelTimer(timer=pause_timer(contact.id)))
        _go_on(floor, contact, request.by, turn)


def paused_too_long(floor: Floor, key: ContactId, turn: Turn) -> None:
    """Nobody has ended the pause."""
    contact = floor.ledger.contacts.get(key)
    if contact is not None and contact.recording_paused:
        _go_on(floor, contact, CENTER, turn)


def _recorded(floor: Floor, request: PauseRecording | ResumeRecording) -> Contact:
    contact = in_hand(floor, request.agent, *_IN_TALK)
    if not under_way(contact):
        raise Refusal("not_recorded", "this talk is not being recorded")
    return contact


def _mute(contact: Contact, muted: bool, turn: Turn) -> None:
    for recording in under_way(contact):
        turn.say(MuteRecording(recording=recording, muted=muted))


def _go_on(floor: Floor, contact: Contact, by: str, turn: Turn) -> None:
    if contact.agent is None:
        raise AssertionError("a talk has an agent")
    contact.recording_paused = False
    _mute(contact, False, turn)
    turn.say(
        RecordingResumed(
            at=turn.at, contact=contact.id, agent=contact.agent, segment=segment_of(floor, contact), by=by
        ),
    )
