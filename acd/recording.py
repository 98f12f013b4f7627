"""The recording of a talk: begins and ends with it, where its queue says so.

One file per segment, and with it who spoke when. A queue records always, on demand (the agent says when), or never.
What was paused is silence in the file; with the talk the pause is over too.
"""

from acd.contact_state import Contact
from acd.floor import Floor
from ctiserver.core.commands import CancelTimer, FollowVoice, StartRecording, StopRecording
from ctiserver.core.events import RecordingKept, RecordingLost, RecordingStarted, VoicesNoted
from ctiserver.core.ids import ContactId, RecordingId, TimerId
from ctiserver.core.inputs import RecordingFailed, RecordingStored, VoicesHeard
from ctiserver.core.turn import Turn


def pause_timer(contact: ContactId) -> TimerId:
    """Fires when a recording has been paused for as long as it may be."""
    return TimerId(f"acd:recording:{contact}")


def segment_of(floor: Floor, contact: Contact) -> int:
    """The segment of the agent who has the contact in hand."""
    if contact.agent is None:
        raise AssertionError("a talk has an agent")
    return floor.ledger.agents[contact.agent].segment


def talk_begins(floor: Floor, contact: Contact, turn: Turn) -> None:
    """Record, unless the queue leaves that to the agent or wants none."""
    if floor.queues[contact.queue].record:
        start(floor, contact, turn)


def start(floor: Floor, contact: Contact, turn: Turn) -> None:
    """Record this segment from now on."""
    recording = RecordingId(turn.new_id())
    contact.recording, contact.recording_paused, contact.recording_at = recording, False, turn.at
    floor.ledger.recordings[recording] = contact.id
    turn.say(
        RecordingStarted(
            at=turn.at, contact=contact.id, recording=recording, segment=segment_of(floor, contact)
        ),
        StartRecording(recording=recording, leg=contact.leg),
        FollowVoice(recording=recording, leg=contact.leg, who="caller", recording_at=turn.at),
    )
    agent_is_there(contact, turn)


def agent_is_there(contact: Contact, turn: Turn) -> None:
    """Follow the agent's voice, on the telephone that he has now."""
    if contact.recording is None or contact.agent_leg is None:
        return
    turn.say(
        FollowVoice(
            recording=contact.recording,
            leg=contact.agent_leg,
            who="agent",
            recording_at=contact.recording_at,
        )
    )


def talk_ends(contact: Contact, turn: Turn) -> None:
    """The file ends here, paused or not."""
    if contact.recording is None:
        return
    turn.say(StopRecording(recording=contact.recording))
    _over(contact, turn)


def _over(contact: Contact, turn: Turn) -> None:
    if contact.recording_paused:
        turn.say(CancelTimer(timer=pause_timer(contact.id)))
    contact.recording, contact.recording_paused = None, False


def voices(floor: Floor, message: VoicesHeard, turn: Turn) -> None:
    """Who spoke when; of a recording that nobody knows it is no news."""
    if key := floor.ledger.recordings.get(message.recording):
        turn.say(
            VoicesNoted(
                at=turn.at,
                contact=key,
                recording=message.recording,
                caller=message.caller,
                agent=message.agent,
            )
        )


def recorded(floor: Floor, message: RecordingStored | RecordingFailed, turn: Turn) -> None:
    """What became of a recording; one that ended in the middle of the talk, on a full disk, is no more in hand."""
    key = floor.ledger.recordings.pop(message.recording, None)
    if key is None:
        return
    contact = floor.ledger.contacts.get(key)
    if contact is not None and contact.recording == message.recording:
        _over(contact, turn)
    recording = message.recording
    if isinstance(message, RecordingStored):
        turn.say(RecordingKept(at=turn.at, contact=key, recording=recording, seconds=message.seconds))
    else:
        turn.say(RecordingLost(at=turn.at, contact=key, recording=recording, reason=message.reason))
