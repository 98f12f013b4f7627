"""A contact's way through a script, and what the customer answered.

A contact has one run: it keeps the version that it began with, the page where it is, and the way there, so that a
reload of the agent's page loses nothing. Each answer is kept as it is given, with who asked, when and in which
contact; another answer to the same question in the same contact takes its place. An objection is kept as an answer
too: the page on which it was raised.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, EpochSeconds
from crm_core.scripts import script_values, script_walk
from crm_core.scripts.script import Script
from crm_core.scripts.script_file import sketch
from crm_core.scripts.script_variables import filled
from crm_core.scripts.script_versions import ScriptVersion
from crm_core.scripts.script_walk import OBJECTION, Given, Place, Step
from crm_core.timeline_entry import entry
from ctiserver.core.errors import NotFound


def _of_customer() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
    )


class ScriptRun(Base):
    """One contact with one version of one script."""

    __tablename__ = "script_runs"
    __table_args__ = (_of_customer(), Index(None, "account_id", "customer_id"))

    contact_id: Mapped[str] = mapped_column(primary_key=True)
    """The contact, perhaps not over and without a record yet."""
    account_id: Mapped[int]
    customer_id: Mapped[int | None]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    """None: a contact of no campaign."""
    version_id: Mapped[int] = mapped_column(ForeignKey("script_versions.id"), index=True)
    language: Mapped[str]
    agent: Mapped[str]
    """Who began it."""
    page: Mapped[str]
    trail: Mapped[list[Any]] = mapped_column(default=list)
    begun_at: Mapped[EpochSeconds]
    changed_at: Mapped[EpochSeconds]

    version: Mapped[ScriptVersion] = relationship(lazy="joined", innerjoin=True)


class ScriptAnswer(Base):
    """One answer of one customer, or an objection of his."""

    __tablename__ = "script_answers"
    __table_args__ = (
        _of_customer(),
        UniqueConstraint("account_id", "contact_id", "question"),
        Index(None, "account_id", "customer_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    contact_id: Mapped[str]
    customer_id: Mapped[int | None]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("script_versions.id"), index=True)
    page: Mapped[str]
    question: Mapped[str]
    """The question's name; of an objection, `objection.NAME`."""
    kind: Mapped[str]
    answer: Mapped[str]
    asked: Mapped[str]
    """The question as it was read, without what its variables stood for; of an objection, that it was one."""
    said: Mapped[str]
    """The answer in words: what was chosen, a day by its name, what he objected."""
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    """The agent's log-in."""

    version: Mapped[ScriptVersion] = relationship()


TIMELINE = entry(
    "answer",
    ScriptAnswer,
    ScriptAnswer.at,
    title=ScriptAnswer.asked,
    detail=ScriptAnswer.said,
    by=ScriptAnswer.by,
)


class Run(msgspec.Struct, kw_only=True):
    """A run as it stands. `left`: how many pages come at least until the end; `answers` by question."""

    name: str
    number: int
    language: str
    script: Script
    place: Place
    left: int
    answers: dict[str, str]


def run(session: Session, account_id: int, contact: str) -> ScriptRun | None:
    """The contact's run; None: it has not begun."""
    found = session.get(ScriptRun, contact)
    return found if found is not None and found.account_id == account_id else None


def begin(
    session: Session,
    version: ScriptVersion,
    contact: str,
    *,
    customer_id: int | None,
    campaign_id: int | None,
    language: str,
    by: str,
    now: float,
) -> ScriptRun:
    """The contact's run: the one that it has, with whatever version, or a new one at the first page."""
    if before := run(session, version.account_id, contact):
        return before
    new = ScriptRun(
        contact_id=contact,
        account_id=version.account_id,
        customer_id=customer_id,
        campaign_id=campaign_id,
        version=version,
        language=language,
        agent=by,
        page=script_of(version).start,
        begun_at=now,
        changed_at=now,
    )
    session.add(new)
    session.flush()
    return new


def take(
    session: Session,
    account_id: int,
    contact: str,
    step: Step,
    *,
    customer_id: int | None,
    by: str,
    now: float,
) -> ScriptRun:
    """The run after the step, with what it answers kept. Raises NotFound without a run, Refusal for a wrong step."""
    found = session.scalar(
        select(ScriptRun)
        .where(ScriptRun.account_id == account_id, ScriptRun.contact_id == contact)
        .with_for_update(of=ScriptRun)
    )
    if found is None:
        raise NotFound(f"contact {contact} has no script")
    script = script_of(found.version)
    place, given = script_walk.take(script, _place(found), step)
    found.customer_id = customer_id or found.customer_id
    if given is not None:
        kept = _keep(session, found, step.page, given, by, now)
        kept.asked, kept.said = _in_words(script, step.page, given, found.language)
    found.page, found.trail, found.changed_at = place.page, list(place.trail), now
    session.flush()
    return found


def as_run(session: Session, found: ScriptRun) -> Run:
    """The run as an agent's page needs it."""
    script = script_of(found.version)
    return Run(
        name=found.version.name,
        number=found.version.number,
        language=found.language,
        script=script,
        place=_place(found),
        left=script_walk.steps_left(script, found.page),
        answers={one.question: one.answer for one in _answers(session, found)},
    )


def answers_of(session: Session, account_id: int, customer_id: int) -> Sequence[ScriptAnswer]:
    """What a customer answered in all contacts, the latest first, at most two hundred."""
    query = select(ScriptAnswer).where(
        ScriptAnswer.account_id == account_id, ScriptAnswer.customer_id == customer_id
    )
    return session.scalars(query.order_by(ScriptAnswer.at.desc(), ScriptAnswer.id.desc()).limit(200)).all()


def counts(session: Session, account_id: int, campaign_id: int) -> dict[str, dict[str, int]]:
    """How often each answer was given in a campaign, by question: of those that one chooses, and of objections.

    Of an objection the "answer" is the page on which it was raised.
    """
    query = (
        select(ScriptAnswer.question, ScriptAnswer.answer, func.count())
        .where(
            ScriptAnswer.account_id == account_id,
            ScriptAnswer.campaign_id == campaign_id,
            ScriptAnswer.kind.in_(("yes_no", "choice", "objection")),
        )
        .group_by(ScriptAnswer.question, ScriptAnswer.answer)
        .order_by(ScriptAnswer.question, ScriptAnswer.answer)
    )
    found: dict[str, dict[str, int]] = {}
    for question, answer, count in session.execute(query):
        found.setdefault(question, {})[answer] = count
    return found


def script_of(version: ScriptVersion) -> Script:
    """The script that the version's text is; it may have mistakes where it was never put in force."""
    return sketch(version.text, version.name)


def _place(found: ScriptRun) -> Place:
    return Place(page=found.page, trail=tuple(map(str, found.trail)))


def _answers(session: Session, found: ScriptRun) -> Sequence[ScriptAnswer]:
    query = select(ScriptAnswer).where(
        ScriptAnswer.account_id == found.account_id, ScriptAnswer.contact_id == found.contact_id
    )
    return session.scalars(query.order_by(ScriptAnswer.id)).all()


def _in_words(script: Script, page: str, given: Given, language: str) -> tuple[str, str]:
    """What was asked, and what was said."""
    if given.question.startswith(OBJECTION):
        objected = script.objection[given.question.removeprefix(OBJECTION)]
        return script_values.OBJECTION[language], objected.text(language)
    asked = filled(script.page[page].text(language), {})
    answers = script_values.answered(script, {given.question: given.answer}, language)
    return asked, answers[f"answer.{given.question}"]


def _keep(session: Session, found: ScriptRun, page: str, given: Given, by: str, now: float) -> ScriptAnswer:
    row = next((one for one in _answers(session, found) if one.question == given.question), None)
    if row is None:
        row = ScriptAnswer(
            account_id=found.account_id,
            contact_id=found.contact_id,
            campaign_id=found.campaign_id,
            version_id=found.version_id,
            question=given.question,
        )
        session.add(row)
    row.customer_id, row.page, row.kind = found.customer_id, page, given.kind
    row.answer, row.at, row.by = given.answer, now, by
    return row
