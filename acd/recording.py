"""The recording of a talk: begins and ends with it, where its queue says so.

One file per segment, and with it who spoke when. A queue records always, on demand (the agent says when), or never.
What an agent says to whom he consults, while the caller hears music, is not in it: where the queue wants that too, each
consult has a file of its own, from the other's answer to the end of the consult, taken from the other's leg.
What was paused is silence in either file; with the last of them the pause is over too.
"""

from acd.contact_state import Contact, Participant
from acd.floor import Floor
from ctiserver.core.commands import (
    CancelTimer,
    FollowVoice,
    MuteRecording,
    Play,
    StartRecording,
    StopRecording,
)
from ctiserver.core.events import (
    RecordingKept,
    RecordingLost,
    RecordingResumed,
    RecordingStarted,
    VoicesNoted,
)
from ctiserver.core.ids import ContactId, PlaybackId, RecordingId, TimerId
from ctiserver.core.inputs import RecordingFailed, RecordingStored, VoicesHeard
from ctiserver.core.turn import Turn


def pause_timer(contact: ContactId) -> TimerId:
    """Fires when a recording has been paused for as long as it may be."""
    return TimerId(f"acd:recording:{contact}")


NOTICE = "recording-notice"
"""The prompt that tells somebody that he is recorded."""


def under_way(contact: Contact) -> tuple[RecordingId, ...]:
    """The files that grow now: the talk's, the consult's."""
    return tuple(one for one in (contact.recording, contact.aside) if one is not None)


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
    contact.recording, contact.recording_at = recording, turn.at
    floor.ledger.recordings[recording] = contact.id
    turn.say(
        RecordingStarted(
            at=turn.at, contact=contact.id, recording=recording, segment=segment_of(floor, contact)
        ),
        StartRecording(recording=recording, leg=contact.leg),
        FollowVoice(recording=recording, leg=contact.leg, who="caller", recording_at=turn.at),
    )
    _stay_paused(contact, recording, turn)
    agent_is_there(contact, turn)


def consult_begins(floor: Floor, contact: Contact, party: Participant, turn: Turn) -> RecordingId | None:
    """Record what agent and `party` say to each other from now on; None: the queue does not want that.

    Somebody outside is told, where callers are.
    """
    queue = floor.queues[contact.queue]
    if not queue.record_consults:
        return None
    recording = contact.aside = RecordingId(turn.new_id())
    floor.ledger.recordings[recording] = contact.id
    turn.say(StartRecording(recording=recording, leg=party.leg))
    _stay_paused(contact, recording, turn)
    if queue.announce_recording and party.agent is None:
        playback = PlaybackId(turn.new_id())
        turn.say(Play(playback=playback, leg=party.leg, says=(NOTICE,), language=contact.language))
    return recording


def _stay_paused(contact: Contact, recording: RecordingId, turn: Turn) -> None:
    if contact.recording_paused:
        turn.say(MuteRecording(recording=recording, muted=True))


def consult_ends(floor: Floor, contact: Contact, turn: Turn) -> None:
    """However the consult ends, its file ends here."""
    if contact.aside is not None:
        turn.say(StopRecording(recording=contact.aside))
        _consult_over(floor, contact, turn)


def _consult_over(floor: Floor, contact: Contact, turn: Turn) -> None:
    """A pause of this file alone ends with it: it is none of the next consult's."""
    contact.aside = None
    if contact.recording_paused and contact.agent is not None and not under_way(contact):
        segment = segment_of(floor, contact)
        who = contact.agent
        turn.say(
            RecordingResumed(at=turn.at, contact=contact.id, agent=who, segment=segment, by=who),
        )
    _unpause(contact, turn)


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
    contact.recording = None
    _unpause(contact, turn)


def _unpause(contact: Contact, turn: Turn) -> None:
    """Nothing is paused where nothing is recorded."""
    if contact.recording_paused and not under_way(contact):
        turn.say(CancelTimer(timer=pause_timer(contact.id)))
        contact.recording_paused = False


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
    elif contact is not None and contact.aside == message.recording:
        _consult_over(floor, contact, turn)
    recording = message.recording
    if isinstance(message, RecordingStored):
        turn.say(RecordingKept(at=turn.at, contact=key, recording=recording, seconds=message.seconds))
    else:
        turn.say(RecordingLost(at=turn.at, contact=key, recording=recording, reason=message.reason))
