"""Saying things to a caller: at most one prompt at a time, and a new one replaces the old."""

from ctiserver.core.commands import (
    TO_FALLBACK_SECONDS,
    CancelTimer,
    DropLeg,
    Play,
    SetFuse,
    StartTimer,
    StopPlaying,
)
from ctiserver.core.events import FlowTransferFailed
from ctiserver.core.ids import LegId, PlaybackId
from ctiserver.core.turn import Turn
from ivr.desk import Desk, key_timer
from ivr.session_state import Phase, Session


def play(desk: Desk, session: Session, says: tuple[str, ...], turn: Turn) -> None:
    """Say prompts, in place of what is being said."""
    hush(desk, session, turn)
    session.playback = PlaybackId(turn.new_id())
    desk.playbacks[session.playback] = session.contact
    turn.say(Play(playback=session.playback, leg=session.leg, says=says, language=session.language))


def hush(desk: Desk, session: Session, turn: Turn) -> None:
    """Stop what is being said."""
    if session.playback:
        desk.playbacks.pop(session.playback, None)
        turn.say(StopPlaying(playback=session.playback))
        session.playback = None
        if session.notice == "saying":  # he has not heard it to its end
            session.notice = ""


def wait_for_key(session: Session, timeout_seconds: float, turn: Turn) -> None:
    """Give the caller time to press a key."""
    turn.say(StartTimer(timer=key_timer(session), due_at=turn.at + timeout_seconds))


def stop_waiting(session: Session, turn: Turn) -> None:
    """He pressed one, or does something else now."""
    turn.say(CancelTimer(timer=key_timer(session)))


def light_fuse(desk: Desk, session: Session, turn: Turn) -> None:
    """Should we die or hang, the caller reaches the dialplan's fallback after this long."""
    timing = desk.tables.timing
    turn.say(
        SetFuse(
            leg=session.leg,
            seconds=timing.waiting_fuse_seconds,
            refresh_seconds=timing.fuse_refresh_seconds,
        )
    )


def leave_to_fallback(leg: LegId, turn: Turn) -> None:
    """Nothing here knows what to do with the call; the dialplan's fallback queue does."""
    turn.say(SetFuse(leg=leg, seconds=TO_FALLBACK_SECONDS))


def nowhere_to_go(session: Session, reason: str, turn: Turn) -> None:
    """The flow leads to what there is no more: whoever passed him on takes him back, else the dialplan's queue does."""
    giver, session.passed_on_by = session.passed_on_by, None
    if giver is None:
        leave_to_fallback(session.leg, turn)
    else:
        turn.say(
            FlowTransferFailed(
                at=turn.at, contact=session.contact, agent=giver, reason=reason, flow=session.flow
            )
        )


def say_goodbye(desk: Desk, session: Session, says: tuple[str, ...], turn: Turn) -> None:
    """The last words; the call ends when they are said."""
    session.phase = Phase.LEAVING
    if says:
        play(desk, session, says, turn)
    else:
        hush(desk, session, turn)
        turn.say(DropLeg(leg=session.leg))
