"""Survey results of an account: figures in all, by question, queue, agent, technician and week; comments; who dodges.

Who answered, on which scale, about whose work: it stands with the answer and its contact, the technician with the dial
that it comes of. What is asked for is read in one query and added up in Python (`survey_figures`).

A person's figure is his before it is anybody else's: others see it up to the last midnight, he himself up to now. And
people are set beside each other only in groups of five or more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.dials import Dial
from crm_core.interactions import Interaction, Segment, SurveyAnswer
from crm_core.paging import By, Page, page
from crm_core.survey_dodging import Accepted, Judged, judge
from crm_core.survey_figures import FEWEST_PEOPLE, Figure, by_group, figures
from ctiserver.core.surveys import SCALES


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question's answers: how often each value was given, and what they add up to."""

    survey: str
    question: str
    kind: str
    measure: str
    counts: dict[int, int]
    figures: list[Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """`people_until`: up to when people's figures go; `agents`, `technicians` None: too few people to compare."""

    total: list[Figure]
    questions: list[Question]
    queues: dict[str, list[Figure]]
    agents: dict[str, list[Figure]] | None
    technicians: dict[str, list[Figure]] | None
    weeks: dict[str, list[Figure]]
    people_until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Who took part: offered >= accepted >= begun >= answered to the end."""

    offered: int
    accepted: int
    begun: int
    answered: int
    agents: list[Judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody said after the beep. `attachment_id` None: it is not kept as a file of his."""

    contact: str
    survey: str
    question: str
    at: float
    seconds: float | None
    customer_id: int | None
    attachment_id: int | None


@dataclass(frozen=True, slots=True)
class _Answer:
    survey: str
    question: str
    kind: str
    measure: str
    value: int
    at: float
    queue: str | None
    agent: str | None
    technician: str | None


def results(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    now: float,
    survey: str | None = None,
) -> Results:
    """All figures of the answers given in this time, of all surveys or of one. Weeks are named by their Monday."""
    zone = ZoneInfo(account(session, account_id).time_zone)
    found = _answers(session, account_id, from_at, until_at, survey)
    midnight = _midnight(now, zone)
    seen = [one for one in found if one.at < midnight]
    return Results(
        total=by_group(("", one.measure, one.value) for one in found).get("", []),
        questions=_questions(found),
        queues=by_group((one.queue, one.measure, one.value) for one in found),
        agents=_people((one.agent, one.measure, one.value) for one in seen),
        technicians=_people((one.technician, one.measure, one.value) for one in seen),
        weeks=by_group((_monday(one.at, zone), one.measure, one.value) for one in found),
        people_until=midnight,
    )


def own_figures(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    agent: str | None = None,
    technician: str | None = None,
) -> list[Figure]:
    """What one person's customers said, up to this moment: for himself."""
    found = _answers(session, account_id, from_at, until_at, None)
    his = [
        one
        for one in found
        if (agent and one.agent == agent) or (technician and one.technician == technician)
    ]
    return by_group(("", one.measure, one.value) for one in his).get("", [])


def taking(
    session: Session, account_id: int, from_at: float, until_at: float, *, survey: str | None = None
) -> Taking:
    """How many were asked to take part in this time and what became of it; by agent for those who had accepted."""
    which = [
        Interaction.account_id == account_id,
        Interaction.survey_offered_at >= from_at,
        Interaction.survey_offered_at < until_at,
        *([Interaction.survey == survey] if survey else []),
    ]
    accepted = Interaction.survey_accepted.is_(True)
    counts = session.execute(
        select(
            func.count(),
            _count(accepted),
            _count(Interaction.survey_begun_at.is_not(None)),
            _count(Interaction.survey_complete.is_(True)),
        ).where(*which)
    ).one()
    last = (
        select(Segment.interaction_id, func.max(Segment.ordinal).label("ordinal"))
        .group_by(Segment.interaction_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Segment.agent,
            func.count(),
            _count(Interaction.survey_begun_at.is_not(None)),
            _count(Interaction.survey_complete.is_(True)),
            _count(Segment.ended_by == "caller"),
        )
        .select_from(Interaction)
        .join(last, last.c.interaction_id == Interaction.id)
        .join(Segment, (Segment.interaction_id == Interaction.id) & (Segment.ordinal == last.c.ordinal))
        .where(*which, accepted, Interaction.ended_at.is_not(None))
        .group_by(Segment.agent)
        .order_by(Segment.agent)
    ).all()
    agents = [
        Accepted(agent=agent, accepted=n, begun=begun, answered=answered, caller_left=left)
        for agent, n, begun, answered, left in rows
    ]
    return Taking(
        offered=counts[0], accepted=counts[1], begun=counts[2], answered=counts[3], agents=judge(agents)
    )


def comments(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    survey: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[Comment]:
    """A page of what customers said, the latest first."""
    query = (
        select(SurveyAnswer)
        .join(Interaction, Interaction.id == SurveyAnswer.interaction_id)
        .where(*_which(account_id, from_at, until_at, survey), SurveyAnswer.kind == "comment")
    )
    columns = (SurveyAnswer.interaction_id, SurveyAnswer.survey, SurveyAnswer.question)
    order = [By(SurveyAnswer.answered_at, True), *map(By, columns)]
    found = page(session, query, order, cursor=cursor, limit=limit)
    whose = select(Interaction.id, Interaction.customer_id).where(
        Interaction.id.in_([answer.interaction_id for answer in found.rows])
    )
    customers = {contact: customer_id for contact, customer_id in session.execute(whose)}
    return Page([_comment(answer, customers[answer.interaction_id]) for answer in found.rows], found.next)


def _comment(answer: SurveyAnswer, customer_id: int | None) -> Comment:
    return Comment(
        contact=answer.interaction_id,
        survey=answer.survey,
        question=answer.question,
        at=answer.answered_at,
        seconds=answer.recording_seconds,
        customer_id=customer_id,
        attachment_id=answer.attachment_id,
    )


def surveys_of(session: Session, account_id: int) -> Sequence[str]:
    """The names of the surveys that were ever answered."""
    query = (
        select(SurveyAnswer.survey)
        .join(Interaction, Interaction.id == SurveyAnswer.interaction_id)
        .where(Interaction.account_id == account_id)
    )
    return session.scalars(query.distinct().order_by(SurveyAnswer.survey)).all()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _which(account_id: int, from_at: float, until_at: float, survey: str | None) -> list[ColumnElement[bool]]:
    return [
        Interaction.account_id == account_id,
        SurveyAnswer.answered_at >= from_at,
        SurveyAnswer.answered_at < until_at,
        *([SurveyAnswer.survey == survey] if survey else []),
    ]


def _answers(
    session: Session, account_id: int, from_at: float, until_at: float, survey: str | None
) -> list[_Answer]:
    query = (
        select(
            SurveyAnswer.survey,
            SurveyAnswer.question,
            SurveyAnswer.kind,
            SurveyAnswer.measure,
            SurveyAnswer.value,
            SurveyAnswer.answered_at,
            Interaction.queue,
            Interaction.survey_agent,
            Dial.technician,
        )
        .join(Interaction, Interaction.id == SurveyAnswer.interaction_id)
        .outerjoin(Dial, (Dial.id == Interaction.dial_id) & (Dial.account_id == Interaction.account_id))
        .where(*_which(account_id, from_at, until_at, survey), SurveyAnswer.kind != "comment")
        .order_by(SurveyAnswer.answered_at)
    )
    return [_Answer(*row) for row in session.execute(query)]


def _questions(found: Sequence[_Answer]) -> list[Question]:
    values: dict[tuple[str, str, str, str], list[int]] = {}
    for one in found:
        values.setdefault((one.survey, one.question, one.kind, one.measure), []).append(one.value)
    return [
        Question(
            survey=survey,
            question=question,
            kind=kind,
            measure=measure,
            counts={value: given.count(value) for value in sorted(set(given))},
            figures=figures(measure, given),
        )
        for (survey, question, kind, measure), given in values.items()
    ]


def _people(rows: Iterable[tuple[str | None, str, int]]) -> dict[str, list[Figure]] | None:
    found = by_group(row for row in rows if row[1] in SCALES)
    return found if len(found) >= FEWEST_PEOPLE else None


def _midnight(now: float, zone: ZoneInfo) -> float:
    return datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _monday(at: float, zone: ZoneInfo) -> str:
    day = datetime.fromtimestamp(at, UTC).astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()
