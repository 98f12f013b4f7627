"""What comes back for a caller in a flow: from actions, from secret keys, from recognisers,
from messages that were recorded, from whoever has finished speaking.
"""

from ctiserver.core.events import MessageLost, VoicemailLeft
from ctiserver.core.inputs import (
    ActionDone,
    ActionFailed,
    LegSilent,
    LegSpoke,
    RecordingFailed,
    RecordingStored,
    SecretBegun,
    SecretHeard,
    SpeechHeard,
    SpeechMissed,
)
from ctiserver.core.turn import Turn
from ivr import messages_left, questions, waiting_choices, waiting_message, walk
from ivr.desk import Desk
from ivr.session_state import Phase


def acted(desk: Desk, message: ActionDone | ActionFailed, turn: Turn) -> None:
    """What comes after he has gone on, or gone, changes nothing."""
    session = desk.of_action(message.action)
    if session is not None and session.phase is Phase.SURVEY:
        questions.opted_out(desk, session, noted=isinstance(message, ActionDone), turn=turn)
    if session is not None and session.phase is Phase.WAITING:
        waiting_choices.answered(desk, session, message, turn)
    if session is None or session.phase is not Phase.FLOW:
        return
    if isinstance(message, ActionDone):
        walk.done(desk, session, message.outcome, message.values, turn)
    else:
        walk.failed(desk, session, message.reason, turn)


def secret(desk: Desk, message: SecretBegun | SecretHeard, turn: Turn) -> None:
    """Keys that nobody but the switch knows."""
    session = desk.of_secret(message.secret)
    if session is None or session.phase is not Phase.FLOW:
        return
    if isinstance(message, SecretBegun):
        walk.secret_begun(desk, session, turn)
    else:
        walk.secret_heard(desk, session, turn)


def spoken(desk: Desk, message: SpeechHeard | SpeechMissed, turn: Turn) -> None:
    """What he said, as far as it was recognised."""
    session = desk.of_listening(message.listening)
    if session is None or session.phase is not Phase.FLOW:
        return
    if isinstance(message, SpeechHeard):
        walk.heard(desk, session, message.pii_text, message.confidence, turn)
    else:
        walk.unheard(desk, session, message.reason, turn)


def spoke(desk: Desk, message: LegSpoke, turn: Turn) -> None:
    """Somebody speaks at the other end."""
    session = desk.of_leg(message.leg)
    if session is not None and session.phase is Phase.FLOW:
        walk.spoke(desk, session, turn)
    elif session is not None and session.phase is Phase.MESSAGE:
        waiting_message.spoke(session, turn)


def quiet(desk: Desk, message: LegSilent, turn: Turn) -> None:
    """Nobody speaks at the other end any more."""
    session = desk.of_leg(message.leg)
    if session is not None and session.phase is Phase.FLOW:
        walk.fell_silent(desk, session, turn)
    elif session is not None and session.phase is Phase.MESSAGE:
        waiting_message.fell_silent(desk, session, turn)


def recorded(desk: Desk, message: RecordingStored | RecordingFailed, turn: Turn) -> None:
    """A message that a caller left; he may be gone by now."""
    contact, account_id = desk.recordings.pop(message.recording, (None, 0))
    if contact is None:
        return
    if isinstance(message, RecordingFailed):
        messages_left.failed(desk, contact, message.recording)
        turn.say(
            MessageLost(
                at=turn.at, contact=contact, queue=None, recording=message.recording, reason=message.reason
            )
        )
        return
    if not messages_left.too_short(message.seconds):
        turn.say(
            VoicemailLeft(
                at=turn.at,
                contact=contact,
                account_id=account_id,
                recording=message.recording,
                seconds=message.seconds,
            )
        )
