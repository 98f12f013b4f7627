"""What callers who wait are told of it: their place, how long it will take, and what they may choose instead."""

from ctiserver.core.events import PlaceTold
from ctiserver.core.turn import Turn
from ivr import waiting_choices
from ivr.desk import Desk
from ivr.session_state import Phase, Session
from ivr.speak import play


def tell(desk: Desk, session: Session, message: PlaceTold, turn: Turn) -> None:
    """Say his place or his wait, as the queue wants it, or keep them until what is being said is over."""
    place = message.place if message.tells in ("place", "both") else 0
    least, most = message.at_least_seconds, message.at_most_seconds
    known = message.tells in ("wait", "both") and least is not None and most is not None
    if session.phase is Phase.WAITING and not session.step:
        session.place, session.wait = place, (least or 0.0, most or 0.0) if known else None
        if not session.playback:
            say(desk, session, turn)


def say(desk: Desk, session: Session, turn: Turn) -> None:
    """Say what is kept for him."""
    place, wait = session.place, session.wait
    session.place, session.wait = None, None
    told: tuple[str, ...] = (f"place:{place}",) if place else ()
    if wait is not None:
        told += (f"wait:{wait[0]:.0f}-{wait[1]:.0f}",)
    if says := (*told, *waiting_choices.told(desk, session, turn)):
        play(desk, session, says, turn)
