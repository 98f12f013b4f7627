"""Messages that callers speak for the agents of a queue, in place of waiting or where a flow asks for one.

Each is for the agents once its file is whole and its caller wants it sent, whether he is on the line still or not; then
it waits in the queue (`acd.messages`). One that is too short to be one is none.
"""

from ctiserver.core.commands import DiscardRecording
from ctiserver.core.events import MessageLeft, MessageLost
from ctiserver.core.ids import ContactId, QueueKey, RecordingId
from ctiserver.core.inputs import RecordingFailed, RecordingStored
from ctiserver.core.turn import Turn
from ivr.desk import Desk, Message
from ivr.session_state import Session

SHORTEST_MESSAGE_SECONDS = 1.5
SPEAKS_WITHIN_SECONDS = 10.0
"""Who has not begun by then leaves none."""
SILENCE_SECONDS = 4.0
"""So long a pause ends what he says."""


def begin(desk: Desk, session: Session, queue: QueueKey, turn: Turn, *, kept: bool) -> RecordingId:
    """From now on he speaks a message for a queue; `kept`: whatever he does. The recording to begin."""
    recording = session.recording = RecordingId(turn.new_id())
    only = session.candidates[0] if session.candidates else None
    desk.messages[recording] = Message(
        recording=recording,
        contact=session.contact,
        account_id=session.account_id,
        queue=queue,
        pii_number=session.pii_number,
        pii_name=only.pii_name if only else "",
        language=session.language,
        value_class=session.value_class or desk.tables.unknown_class,
        candidates=session.candidates,
        level=session.level,
        kept=kept,
    )
    return recording


def recorded(desk: Desk, message: RecordingStored | RecordingFailed, turn: Turn) -> None:
    """A file is whole, or there is none."""
    found = desk.messages.get(message.recording)
    if found is None:
        if message.recording in desk.unwanted:
            desk.unwanted.remove(message.recording)
            turn.say(DiscardRecording(recording=message.recording))
        return
    if isinstance(message, RecordingFailed):
        del desk.messages[message.recording]
        failed(desk, found.contact, found.recording)
        if not found.dropped:
            turn.say(
                MessageLost(
                    at=turn.at,
                    contact=found.contact,
                    queue=found.queue,
                    recording=found.recording,
                    reason=message.reason,
                )
            )
        return
    found.seconds = message.seconds
    if found.dropped:
        del desk.messages[message.recording]
        turn.say(DiscardRecording(recording=message.recording))
    else:
        left(desk, found, turn)


def nothing_said(desk: Desk, recording: RecordingId) -> None:
    """Its file is discarded once it is whole: nobody is to hear it."""
    if recording in desk.messages:
        desk.messages[recording].dropped = True
    elif desk.recordings.pop(recording, None) is not None:
        desk.unwanted.append(recording)


def failed(desk: Desk, contact: ContactId, recording: RecordingId) -> None:
    """Whoever speaks still is not recorded any more: his session has no recording."""
    session = desk.sessions.get(contact)
    if session is not None and session.recording == recording:
        session.recording = None


def too_short(seconds: float) -> bool:
    """Whether it is none."""
    return seconds < SHORTEST_MESSAGE_SECONDS


def left(desk: Desk, message: Message, turn: Turn) -> None:
    """Once it is whole and he wants it kept it is for the agents; too short a one is nothing."""
    if not message.kept or message.seconds is None:
        return
    desk.messages.pop(message.recording, None)
    if too_short(message.seconds):
        turn.say(DiscardRecording(recording=message.recording))
        return
    turn.say(
        MessageLeft(
            at=turn.at,
            contact=message.contact,
            account_id=message.account_id,
            queue=message.queue,
            recording=message.recording,
            seconds=message.seconds,
            pii_number=message.pii_number,
            language=message.language,
            value_class=message.value_class,
            pii_name=message.pii_name,
            candidates=message.candidates,
            level=message.level,
        )
    )
