"""What a supervisor has callers told: before anything else, once, and never on the way to an emergency.

One for everybody comes with the first words of the flow, one for a queue with the place in it, one for an area as soon
as it is known where the caller lives. A key skips it like every other prompt. Customers whom we called hear none.
"""

from ctiserver.core.events import AnnouncementHeard
from ctiserver.core.tables import Announcement
from ctiserver.core.turn import Turn
from ivr.desk import Desk
from ivr.session_state import Phase, Session


def news(desk: Desk, session: Session, turn: Turn) -> tuple[str, ...]:
    """What he is to hear before what is about to be said, as Play takes it; it counts as heard."""
    session.announcing = []
    told = [one for one in desk.tables.announcements if _concerns(session, one, turn.at)]
    if not told or session.outbound or session.urgent:
        return ()
    session.announcing = [one.id for one in told]
    session.announced += session.announcing
    for one in told:
        turn.say(AnnouncementHeard(at=turn.at, contact=session.contact, announcement=one.id))
    return tuple(say for one in told for say in one.says)


def again(session: Session) -> None:
    """What he hears now is said anew, in another language."""
    session.announced = [one for one in session.announced if one not in session.announcing]


def _concerns(session: Session, one: Announcement, at: float) -> bool:
    if one.account_id != session.account_id or one.id in session.announced:
        return False
    if (one.from_at is not None and at < one.from_at) or (one.until_at is not None and at >= one.until_at):
        return False
    queue = session.queue if session.phase is Phase.WAITING else None
    return (not one.queues or queue in one.queues) and (not one.areas or one.id in session.of_his_area)
