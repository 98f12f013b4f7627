"""Asks a caller before he waits whether he takes part in his queue's survey.

So no agent knows whom he serves, and none can choose who answers. As many of a hundred callers are drawn as the queue
says, by their contact's name: the same contact is always drawn or never, and nobody can tell beforehand. He accepts
with one key; every other key, and silence, is a no and takes him to his place. The emergency key does what it always
does, and nobody is asked on the way to an emergency.
"""

from hashlib import sha256

from ctiserver.core.events import SurveyAccepted, SurveyDeclined, SurveyOffered
from ctiserver.core.ids import ContactId, QueueKey
from ctiserver.core.turn import Turn
from ivr.desk import Desk
from ivr.session_state import Phase, Session
from ivr.speak import hush, play, stop_waiting, wait_for_key

PATIENCE_SECONDS = 3.0


def asks(desk: Desk, session: Session, queue: QueueKey, turn: Turn) -> bool:
    """Whether he is asked now; then he comes to his queue when he has answered."""
    wanted = next(one for one in desk.tables.queues if one.key == queue)
    document = desk.tables.surveys.get(wanted.survey or "")
    if session.takes_part is not None or session.outbound or wanted.emergency or document is None:
        return False
    if document.content.get("asked") != "before_queue" or not is_drawn(
        session.contact, wanted.survey_percent
    ):
        return False
    session.phase, session.survey, session.survey_version = (
        Phase.INVITED,
        wanted.survey or "",
        document.version,
    )
    turn.say(
        SurveyOffered(
            at=turn.at,
            contact=session.contact,
            survey=session.survey,
            version=session.survey_version,
            agent=None,
        )
    )
    play(desk, session, (desk.survey(session).invitation,), turn)
    return True


def is_drawn(contact: ContactId, percent: int) -> bool:
    """Whether this contact is one of so many of a hundred."""
    return int.from_bytes(sha256(contact.encode()).digest()[:4]) % 100 < percent


def said(session: Session, turn: Turn) -> None:
    """He was asked."""
    wait_for_key(session, PATIENCE_SECONDS, turn)


def answered(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """What he pressed; "" for silence. He may go to his queue now."""
    stop_waiting(session, turn)
    hush(desk, session, turn)
    survey = desk.survey(session)
    session.takes_part = digit == survey.accept_key
    if session.takes_part:
        turn.say(SurveyAccepted(at=turn.at, contact=session.contact, survey=session.survey))
    elif digit == survey.decline_key:
        turn.say(SurveyDeclined(at=turn.at, contact=session.contact, survey=session.survey))
