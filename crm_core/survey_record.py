"""What the events of a survey add to the record of its contact: who was drawn, what he answered, how it ended."""

from sqlalchemy.orm import Session

from crm_core.interactions import Interaction, SurveyAnswer
from ctiserver.core import events as e


def offered(event: e.SurveyOffered, interaction: Interaction, session: Session) -> None:
    """He was drawn for a survey."""
    interaction.survey = event.survey
    interaction.survey_version = event.version
    interaction.survey_offered_at = event.at
    interaction.survey_agent = event.agent


def asked(event: e.SurveyAccepted | e.SurveyDeclined, interaction: Interaction, session: Session) -> None:
    """What he said when he was asked whether he takes part."""
    interaction.survey_accepted = isinstance(event, e.SurveyAccepted)


def begun(event: e.SurveyBegun, interaction: Interaction, session: Session) -> None:
    """The first question was asked."""
    interaction.survey_begun_at = event.at
    interaction.survey_agent = event.agent


def answered(event: e.SurveyAnswered, interaction: Interaction, session: Session) -> None:
    """An answer, or another one to the same question."""
    for answer in interaction.answers:
        if (answer.survey, answer.question) == (event.survey, event.question):
            answer.raw, answer.value, answer.answered_at = event.raw, event.value, event.at
            return
    interaction.answers.append(
        SurveyAnswer(
            survey=event.survey,
            question=event.question,
            kind=event.kind,
            measure=event.measure,
            raw=event.raw,
            value=event.value,
            answered_at=event.at,
        )
    )


def commented(event: e.SurveyCommented, interaction: Interaction, session: Session) -> None:
    """He spoke a comment."""
    interaction.answers.append(
        SurveyAnswer(
            survey=event.survey,
            question=event.question,
            kind="comment",
            raw="",
            value=0,
            recording=event.recording,
            answered_at=event.at,
        )
    )


def comment_kept(event: e.SurveyCommentKept, interaction: Interaction, session: Session) -> None:
    """The file of a comment is whole."""
    for answer in interaction.answers:
        if answer.recording == event.recording:
            answer.recording_seconds = event.seconds


def ended(event: e.SurveyEnded, interaction: Interaction, session: Session) -> None:
    """It is over."""
    interaction.survey_complete = event.complete


STEPS = (offered, asked, begun, answered, commented, comment_kept, ended)
