"""The survey of a caller who stayed, or of a customer whom we called: an invitation, its questions, thanks.

A key that is no answer, or silence, repeats what was asked; after too many of them the survey ends as it is, and
what was answered counts. A customer whom we called may say with another key that he is never to be called again: that
is noted, and he hears so. Whoever takes part is told so before he waits; then the questions follow the talk without
another invitation. On a scale to ten a 1 waits for a 0; a comment is recorded until # or until he has said enough.
"""

from ctiserver.core.commands import RunAction, StartRecording, StopRecording
from ctiserver.core.events import (
    SurveyAccepted,
    SurveyAnswered,
    SurveyBegun,
    SurveyCommented,
    SurveyCommentKept,
    SurveyDeclined,
    SurveyEnded,
    SurveyOffered,
)
from ctiserver.core.ids import ActionId, RecordingId
from ctiserver.core.inputs import RecordingFailed, RecordingStored
from ctiserver.core.tables import Document
from ctiserver.core.turn import Turn
from ivr.desk import Comment, Desk
from ivr.session_state import INVITATION, Phase, Session
from ivr.speak import hush, light_fuse, play, say_goodbye, stop_waiting, wait_for_key
from ivr.survey import Question

GOODBYE = ("goodbye",)
OPT_OUT_OFFER, OPT_OUT_NOTED = "opt-out-offer", "opt-out-noted"
OPT_OUT_SECONDS = 5.0
SECOND_KEY_SECONDS = 2.0
_END_KEY = "#"


def offer(desk: Desk, session: Session, turn: Turn) -> None:
    """His agent has left: ask the caller who stayed, if he takes part or his queue asks now; else say goodbye."""
    light_fuse(desk, session, turn)
    if session.takes_part:
        begin(desk, session, turn)
        return
    name = next((queue.survey for queue in desk.tables.queues if queue.key == session.queue), None) or ""
    document = desk.tables.surveys.get(name)
    if document is None or document.content.get("asked") == "before_queue":
        say_goodbye(desk, session, GOODBYE, turn)
        return
    invite(desk, session, name, document, turn)


def ask(desk: Desk, session: Session, name: str, turn: Turn) -> None:
    """Ask him whether he takes part in this survey; say goodbye where there is none of the name."""
    document = desk.tables.surveys.get(name)
    if document is None:
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
    play(desk, session, _asked(desk, session), turn)


def begin(desk: Desk, session: Session, turn: Turn) -> None:
    """He takes part: ask the first question."""
    session.phase, session.question = Phase.SURVEY, INVITATION
    turn.say(
        SurveyBegun(
            at=turn.at,
            contact=session.contact,
            survey=session.survey,
            version=session.survey_version,
            agent=session.agent,
        )
    )
    _next_question(desk, session, turn)


def prompt_over(desk: Desk, session: Session, turn: Turn) -> None:
    """The question was asked."""
    question = _question(desk, session)
    if question is None or question.kind != "comment":
        wait_for_key(session, desk.survey(session).timeout_seconds, turn)
        return
    session.comment = RecordingId(turn.new_id())
    desk.comments[session.comment] = Comment(session.contact, session.survey, question.key)
    turn.say(
        SurveyCommented(
            at=turn.at,
            contact=session.contact,
            survey=session.survey,
            question=question.key,
            recording=session.comment,
        ),
        StartRecording(recording=session.comment, leg=session.leg),
    )
    wait_for_key(session, question.longest_seconds, turn)


def pressed(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """A key during a question: an answer or a mistake."""
    question = _question(desk, session)
    if question is not None and question.kind == "comment" and digit != _END_KEY:
        return  # noise in what he says
    stop_waiting(session, turn)
    if question is None:
        _invited(desk, session, digit, turn)
    elif question.kind == "comment":
        _said_enough(desk, session, turn)
    else:
        _typed(desk, session, question, digit, turn)


def silent(desk: Desk, session: Session, turn: Turn) -> None:
    """No key for too long."""
    question = _question(desk, session)
    if session.comment is not None:
        _said_enough(desk, session, turn)
    elif question is not None and session.typed:
        _answered(desk, session, question, session.typed, turn)
    else:
        _ask_again(desk, session, turn)


def ended(session: Session, turn: Turn, *, complete: bool) -> None:
    """The survey is over, by its last answer or before."""
    _stop_recording(session, turn)
    turn.say(SurveyEnded(at=turn.at, contact=session.contact, survey=session.survey, complete=complete))


def recorded(desk: Desk, message: RecordingStored | RecordingFailed, turn: Turn) -> None:
    """A comment's file is whole, or lost; his call may be over."""
    comment = desk.comments.pop(message.recording, None)
    if comment is not None and isinstance(message, RecordingStored):
        turn.say(
            SurveyCommentKept(
                at=turn.at,
                contact=comment.contact,
                survey=comment.survey,
                question=comment.question,
                recording=message.recording,
                seconds=message.seconds,
            )
        )


def _question(desk: Desk, session: Session) -> Question | None:
    """The question that is asked; None: whether he takes part."""
    return None if session.question == INVITATION else desk.survey(session).question[session.question]


def _asked(desk: Desk, session: Session) -> tuple[str, ...]:
    question = _question(desk, session)
    if question is None:
        survey = desk.survey(session)
        offers = session.outbound and survey.opt_out_key
        return (survey.invitation, OPT_OUT_OFFER) if offers else (survey.invitation,)
    return (question.prompt, "beep") if question.kind == "comment" else (question.prompt,)


def _invited(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    survey = desk.survey(session)
    if session.action is not None:
        return  # what he wants is being noted
    if session.outbound and digit and digit == survey.opt_out_key:
        _opt_out(desk, session, digit, turn)
    elif digit == survey.accept_key:
        turn.say(SurveyAccepted(at=turn.at, contact=session.contact, survey=session.survey))
        begin(desk, session, turn)
    elif digit == survey.decline_key:
        turn.say(SurveyDeclined(at=turn.at, contact=session.contact, survey=session.survey))
        say_goodbye(desk, session, GOODBYE, turn)
    else:
        _ask_again(desk, session, turn)


def _opt_out(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    session.action = ActionId(turn.new_id())
    desk.actions[session.action] = session.contact
    hush(desk, session, turn)
    turn.say(
        SurveyDeclined(at=turn.at, contact=session.contact, survey=session.survey),
        RunAction(
            action=session.action,
            name="never_call_again",
            arguments={"number": session.pii_number, "key": digit},
            account_id=session.account_id,
            contact=session.contact,
            deadline_seconds=OPT_OUT_SECONDS,
            customer_id=session.customer_id,
        ),
    )


def opted_out(desk: Desk, session: Session, *, noted: bool, turn: Turn) -> None:
    """It is noted that he is not called again, or could not be: he hears which."""
    session.action = None
    say_goodbye(desk, session, (OPT_OUT_NOTED if noted else "technical-problem",), turn)


def _typed(desk: Desk, session: Session, question: Question, digit: str, turn: Turn) -> None:
    """A 1 on the scale to ten may be the beginning of 10; # says that it is not."""
    first, session.typed = session.typed, ""
    if first and digit in ("0", _END_KEY):
        _answered(desk, session, question, first + digit.strip(_END_KEY), turn)
    elif not first and question.kind == "0-10" and digit == "1":
        session.typed = digit
        wait_for_key(session, SECOND_KEY_SECONDS, turn)
    elif not first and digit in question.answers():
        _answered(desk, session, question, digit, turn)
    else:
        _ask_again(desk, session, turn)


def _answered(desk: Desk, session: Session, question: Question, raw: str, turn: Turn) -> None:
    value = 10 if raw == "10" else question.answers()[raw]
    turn.say(
        SurveyAnswered(
            at=turn.at,
            contact=session.contact,
            survey=session.survey,
            question=question.key,
            raw=raw,
            value=value,
            kind=question.kind,
            measure=question.measures(),
        )
    )
    _next_question(desk, session, turn)


def _said_enough(desk: Desk, session: Session, turn: Turn) -> None:
    """# ends what he says, or passes the question over."""
    _stop_recording(session, turn)
    _next_question(desk, session, turn)


def _stop_recording(session: Session, turn: Turn) -> None:
    if session.comment is not None:
        turn.say(StopRecording(recording=session.comment))
        session.comment = None


def _next_question(desk: Desk, session: Session, turn: Turn) -> None:
    survey = desk.survey(session)
    session.question, session.attempts, session.typed = session.question + 1, 0, ""
    if session.question < len(survey.question):
        play(desk, session, _asked(desk, session), turn)
    else:
        ended(session, turn, complete=True)
        say_goodbye(desk, session, (survey.thanks,), turn)


def _ask_again(desk: Desk, session: Session, turn: Turn) -> None:
    survey = desk.survey(session)
    session.attempts, session.typed = session.attempts + 1, ""
    if session.attempts >= survey.attempts:
        ended(session, turn, complete=False)
        say_goodbye(desk, session, GOODBYE, turn)
    else:
        play(desk, session, (survey.invalid, *_asked(desk, session)), turn)
