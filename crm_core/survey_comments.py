"""Spoken comments as files of the customer: kept once their recording is whole and it is known who spoke.

The recording is the switch's; the attachment is the customer's, and goes with him. Whoever is known by his number
alone, and not to anybody for sure, has his comment in the switch's recording only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.attachments import attach
from crm_core.interactions import Interaction, SurveyAnswer
from crm_core.provenance import Origin, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A comment whose file is to be kept; `recording` is its name in the switch."""

    contact: str
    survey: str
    question: str
    recording: str


def waiting(session: Session, limit: int = 20) -> Sequence[Waiting]:
    """Comments of all accounts that are whole and not kept yet, the oldest first."""
    query = (
        select(SurveyAnswer)
        .join(Interaction, Interaction.id == SurveyAnswer.interaction_id)
        .where(
            SurveyAnswer.kind == "comment",
            SurveyAnswer.recording_seconds.is_not(None),
            SurveyAnswer.attachment_id.is_(None),
            Interaction.customer_id.is_not(None),
        )
        .order_by(SurveyAnswer.answered_at)
        .limit(limit)
    )
    return [
        Waiting(
            contact=row.interaction_id,
            survey=row.survey,
            question=row.question,
            recording=row.recording or "",
        )
        for row in session.scalars(query)
    ]


def keep(session: Session, folder: Path, comment: Waiting, content: bytes | None, *, now: float) -> None:
    """Make it a file of the customer; `content` None: the recording is gone. Raises Refusal, StoreError."""
    row = session.get_one(SurveyAnswer, (comment.contact, comment.survey, comment.question))
    contact = session.get_one(Interaction, comment.contact)
    if content is None:
        row.recording_seconds = None
    elif row.attachment_id is None and contact.customer_id is not None:
        kept = attach(
            session,
            folder,
            contact.account_id,
            contact.customer_id,
            f"{comment.survey}-{comment.question}.wav",
            content,
            origin=Origin(source=Source.CUSTOMER, by="survey", contact_id=contact.id),
            now=now,
        )
        row.attachment_id = kept.id
    session.flush()
