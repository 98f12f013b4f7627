"""Telling a caller that he is recorded, where his queue wants him told.

He hears it as he begins to wait. Who is answered before he has heard it to its end, or hears something else in its
place, or is recorded only as his agent asks for it, hears it at the beginning of the recording, in the talk; in one
call he hears it once.
"""

from ctiserver.core.tables import Queue
from ctiserver.core.turn import Turn
from ivr.desk import Desk
from ivr.session_state import Session
from ivr.speak import play

PROMPTS = ("recording-notice",)


def queued(desk: Desk, session: Session, turn: Turn) -> None:
    """He waits: now, or after what is being said to him."""
    queue = _queue(desk, session)
    if queue is None or not (queue.record and queue.announce_recording) or session.notice != "":
        return
    session.notice = "due"
    if session.playback is None:
        say(desk, session, turn)


def say(desk: Desk, session: Session, turn: Turn) -> None:
    """Say it now."""
    play(desk, session, PROMPTS, turn)
    session.notice = "saying"


def said(session: Session) -> None:
    """What was said is over; if it was this, he has heard it."""
    if session.notice == "saying":
        session.notice = "said"


def cut_short(session: Session) -> None:
    """An agent answered: it is stopped."""
    if session.notice != "said":
        session.notice = ""


def recording_starts(desk: Desk, session: Session, turn: Turn) -> None:
    """In the talk, if he doesn't know yet."""
    queue = _queue(desk, session)
    if queue is not None and queue.announce_recording and session.notice != "said":
        say(desk, session, turn)


def _queue(desk: Desk, session: Session) -> Queue | None:
    return next((one for one in desk.tables.queues if one.key == session.queue), None)
