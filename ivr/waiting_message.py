"""A message left in place of waiting: recorded, kept or recorded anew, and then for the agents of the queue.

    asked, beep ─► he speaks ─#, silence, time over─► "1 to send it, 2 to record it again" ─► kept, goodbye
         ▲                                                        │ 2
         └────────────────────────────────────────────────────────┘          hanging up, and silence, keep it

He has his place in line until he begins to speak. What he says is whole a moment after he has ended; then it waits for
an agent (`acd.messages`), whether he is on the line still or not. One that is too short to be one is none, and so is
one of which nothing is heard within ten seconds of the beep: once he is asked again, then it is goodbye. One that could
not be recorded he is told of as what it is, a fault of ours.
"""

from ctiserver.core.commands import AwaitSilence, DiscardRecording, StartRecording, StopRecording
from ctiserver.core.events import MessageBegun
from ctiserver.core.ids import QueueKey, RecordingId
from ctiserver.core.turn import Turn
from ivr.desk import Desk
from ivr.messages_left import SILENCE_SECONDS, SPEAKS_WITHIN_SECONDS, begin, left, too_short
from ivr.session_state import Phase, Session
from ivr.speak import hush, play, say_goodbye, stop_waiting, wait_for_key

LONGEST_SECONDS = 120.0
PATIENCE_SECONDS = 6.0
ASKED, SPEAKS, WHOLE = "msg-asked", "msg-speaks", "msg-whole"
STEPS = frozenset({ASKED, SPEAKS, WHOLE})
_END_KEY = "#"
_FAILED = "technical-problem"


def ask(desk: Desk, session: Session, turn: Turn, *before: str) -> None:
    """Tell him to speak after the beep."""
    session.step, session.keys, session.place, session.wait = ASKED, "", None, None
    play(desk, session, (*before, "voicemail-ask", "beep"), turn)


def said(desk: Desk, session: Session, turn: Turn) -> None:
    """What was to be said is said: he speaks, or chooses."""
    if session.step == ASKED:
        _listen(desk, session, turn)
    elif session.step == WHOLE:
        wait_for_key(session, PATIENCE_SECONDS, turn)


def pressed(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """`#` ends the message; then 1 sends it and 2 begins anew."""
    if session.step == SPEAKS and digit == _END_KEY:
        _stop(desk, session, turn)
    elif session.step == WHOLE and digit == "1":
        session.spoke = True  # he says so
        _keep(desk, session, turn)
    elif session.step == WHOLE and digit == "2":
        _drop(desk, session, turn)
        ask(desk, session, turn)


def silent(desk: Desk, session: Session, turn: Turn) -> None:
    """His time is over, or he chooses nothing."""
    if session.step == SPEAKS and not session.spoke:
        if session.recording is not None:  # it may have failed meanwhile
            turn.say(StopRecording(recording=session.recording))
        _keep(desk, session, turn)
    elif session.step == SPEAKS:
        _stop(desk, session, turn)
    elif session.step == WHOLE:
        _keep(desk, session, turn)


def spoke(session: Session, turn: Turn) -> None:
    """He has begun: he has all of his time from now on."""
    if session.step == SPEAKS and not session.spoke:
        session.spoke = True
        wait_for_key(session, LONGEST_SECONDS, turn)


def fell_silent(desk: Desk, session: Session, turn: Turn) -> None:
    """He says no more."""
    if session.step == SPEAKS:
        session.spoke = True
        _stop(desk, session, turn)


def gone(desk: Desk, session: Session, turn: Turn) -> None:
    """He has hung up: what he said counts, and nothing if he said nothing."""
    if not session.spoke:
        _drop(desk, session, turn)
    message = desk.messages.get(session.recording or RecordingId(""))
    if message is not None:
        message.kept = True
        left(desk, message, turn)


def _listen(desk: Desk, session: Session, turn: Turn) -> None:
    if session.queue is not None:  # he waits no more; the queue is that of his message from now on
        session.message_queue, session.queue = session.queue, None
    session.phase, session.step = Phase.MESSAGE, SPEAKS
    queue = session.message_queue or QueueKey("")
    recording = begin(desk, session, queue, turn, kept=False)
    turn.say(
        MessageBegun(at=turn.at, contact=session.contact, queue=queue, recording=recording),
        StartRecording(recording=recording, leg=session.leg),
        AwaitSilence(leg=session.leg, seconds=SILENCE_SECONDS),
    )
    session.spoke = False
    wait_for_key(session, SPEAKS_WITHIN_SECONDS, turn)


def _stop(desk: Desk, session: Session, turn: Turn) -> None:
    stop_waiting(session, turn)
    if session.recording is not None:
        turn.say(StopRecording(recording=session.recording))
    session.step = WHOLE
    play(desk, session, ("message-keys",), turn)


def _drop(desk: Desk, session: Session, turn: Turn) -> None:
    """Nobody hears this one."""
    stop_waiting(session, turn)
    message = desk.messages.get(session.recording or RecordingId(""))
    session.recording = None
    if message is None:
        return
    message.dropped = True
    if message.seconds is not None:
        del desk.messages[message.recording]
        turn.say(DiscardRecording(recording=message.recording))


def _keep(desk: Desk, session: Session, turn: Turn) -> None:
    stop_waiting(session, turn)
    message = desk.messages.get(session.recording or RecordingId(""))
    seconds = message.seconds if message is not None else None
    short = not session.spoke or (seconds is not None and too_short(seconds))
    if (message is None or short) and session.attempts == 0:
        session.attempts = 1
        _drop(desk, session, turn)
        ask(desk, session, turn, _FAILED if message is None else "message-too-short")
        return
    if not session.spoke:
        _drop(desk, session, turn)
    elif message is not None:
        message.kept = True
        left(desk, message, turn)
    session.step, session.recording = "", None
    hush(desk, session, turn)
    if message is None:
        say_goodbye(desk, session, (_FAILED, "goodbye"), turn)
    else:
        say_goodbye(desk, session, ("goodbye",) if short else ("message-kept",), turn)
