"""The survey of a caller who stayed: an invitation, its questions, thanks.

A key that is no answer, or silence, repeats what was asked; after too many of them the survey ends as it is, and
what was answered counts.
"""

from ctiserver.core.events import SurveyAnswered, SurveyDeclined, SurveyEnded, SurveyOffered
from ctiserver.core.tables import Document
from ctiserver.core.turn import Turn
from ivr.desk import Desk
from ivr.session_state import INVITATION, Phase, Session
from ivr.speak import light_fuse, play, say_goodbye, stop_waiting, wait_for_key

GOODBYE = ("goodbye",)


def offer(desk: Desk, session: Session, turn: Turn) -> None:
    """Ask the caller who stayed, if his queue has a survey; else say goodbye."""
    name = next((queue.survey for queue in desk.tables.queues if queue.key == session.queue), None)
    document = desk.tables.surveys.get(name or "")
    light_fuse(desk, session, turn)
    if not name or document is None:
        say_goodbye(desk, session, GOODBYE, turn)
        return
    invite(desk, session, name, document, turn)


def invite(desk: Desk, session: Session, name: str, document: Document, turn: Turn) -> None:
    """Ask whether he takes part in this survey."""
    session.phase, session.survey, session.survey_version = Phase.SURVEY, name, document.version
    session.question, session.attempts = INVITATION, 0
    turn.say(
        SurveyOffered(
            at=turn.at,
            contact=session.contact,
            survey=name,
            version=document.version,
            agent=session.agent,
        )
    )
    play(desk, session, (_asked(desk, session),), turn)


def _asked(desk: Desk, session: Session) -> str:
    survey = desk.survey(session)
    return survey.invitation if session.question == INVITATION else survey.question[session.question].prompt


def prompt_over(desk: Desk, session: Session, turn: Turn) -> None:
    """The question was asked."""
    wait_for_key(session, desk.survey(session).timeout_seconds, turn)


def pressed(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """A key during a question: an answer or a mistake."""
    stop_waiting(session, turn)
    if session.question == INVITATION:
        _invited(desk, session, digit, turn)
    else:
        _answered(desk, session, digit, turn)


def _invited(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    survey = desk.survey(session)
    if digit == survey.accept_key:
        _next_question(desk, session, turn)
    elif digit == survey.decline_key:
        turn.say(SurveyDeclined(at=turn.at, contact=session.contact, survey=session.survey))
        say_goodbye(desk, session, GOODBYE, turn)
    else:
        _ask_again(desk, session, turn)


def _answered(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    question = desk.survey(session).question[session.question]
    if digit not in question.keys:
        _ask_again(desk, session, turn)
        return
    turn.say(
        SurveyAnswered(
            at=turn.at,
            contact=session.contact,
            survey=session.survey,
            question=question.key,
            raw=digit,
            value=question.keys[digit],
        )
    )
    _next_question(desk, session, turn)


def _next_question(desk: Desk, session: Session, turn: Turn) -> None:
    survey = desk.survey(session)
    session.question, session.attempts = session.question + 1, 0
    if session.question < len(survey.question):
        play(desk, session, (_asked(desk, session),), turn)
    else:
        ended(session, turn, complete=True)
        say_goodbye(desk, session, (survey.thanks,), turn)


def silent(desk: Desk, session: Session, turn: Turn) -> None:
    """No key for too long."""
    _ask_again(desk, session, turn)


def _ask_again(desk: Desk, session: Session, turn: Turn) -> None:
    survey = desk.survey(session)
    session.attempts += 1
    if session.attempts >= survey.attempts:
        ended(session, turn, complete=False)
        say_goodbye(desk, session, GOODBYE, turn)
    else:
        play(desk, session, (survey.invalid, _asked(desk, session)), turn)


def ended(session: Session, turn: Turn, *, complete: bool) -> None:
    """The survey is over, by its last answer or before."""
    turn.say(SurveyEnded(at=turn.at, contact=session.contact, survey=session.survey, complete=complete))
