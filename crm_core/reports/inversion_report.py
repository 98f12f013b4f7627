"""How often a more valuable customer waited while a less valuable one was served, and why: the ledger added up.

- starts: the share of services at whose beginning somebody of a higher class waited; services are those for which the
  router chose an agent, not consults, conferences and agents' own calls;
- pairs: each of these with the one who was served; every pair has one cause, and the causes add up to all pairs;
- customers: contacts of a class above the lowest that were ever passed, of all such contacts that queued
  in the span, since before it or not;
- seconds: how long those who were passed waited on from the first time until they were served, or hung up, told with
  the cause of that time.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from crm_core.interactions import Interaction, Segment
from crm_core.inversions import CHOSEN, Inversion
from crm_core.passing import CAUSES, LOWEST_CLASS
from crm_core.queue_visits import QueueVisit
from crm_core.reports.raw_rows import LONGEST_BEFORE_SECONDS

HOUR_SECONDS = 3600.0
MOST_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """One cause: `starts` of which it was a cause, `pairs`, distinct `customers`, and `seconds`."""

    cause: str
    starts: int
    pairs: int
    customers: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRow:
    """One hour of one queue, from `from_at`: pairs by cause."""

    from_at: float
    queue: str
    pairs: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InversionReport:
    """The ledger of a span of time. Shares are `starts / services` and `passed / valued`; None of nobody."""

    services: int
    starts: int
    pairs: int
    valued: int
    passed: int
    seconds: float
    unjustified: int
    causes: list[CauseRow]
    spans: list[SpanRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """One pair: who was served when, by whom, and who waited; `waited_on_seconds` None where it was not the first."""

    chosen_at: float
    cause: str
    queue: str
    agent: str
    served: str
    served_class: str | None
    waited: str
    waited_class: str | None
    waited_on_seconds: float | None


def inversion_report(
    session: Session, account_id: int, from_at: float, until_at: float, *, queue: str | None = None
) -> InversionReport:
    """The ledger of the services whose agent was chosen in the span, `until_at` excluded."""
    rows = [row for row in _pairs(session, account_id, from_at, until_at, queue)]
    services = (
        select(func.count())
        .select_from(Segment)
        .join(Interaction, Interaction.id == Segment.interaction_id)
        .where(
            Interaction.account_id == account_id,
            Segment.answered_at >= from_at,
            Segment.answered_at < until_at,
            Segment.began.in_(CHOSEN),
            *([Segment.queue == queue] if queue else []),
        )
    )
    return InversionReport(
        services=session.scalar(services) or 0,
        starts=len({(row.served, row.chosen_at) for row in rows}),
        pairs=len(rows),
        valued=_valued(session, account_id, from_at, until_at),
        passed=len({row.waited for row in rows}),
        seconds=sum(row.waited_on_seconds or 0.0 for row in rows),
        unjustified=sum(row.cause == "unjustified" for row in rows),
        causes=[_cause(one, [row for row in rows if row.cause == one]) for one in CAUSES],
        spans=_spans(rows),
    )


def pairs_behind(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    queue: str | None = None,
    cause: str | None = None,
) -> list[PairRow]:
    """The pairs behind the figures, the latest first, at most two hundred."""
    found = _pairs(session, account_id, from_at, until_at, queue)
    return [row for row in reversed(found) if cause in (None, row.cause)][:MOST_ROWS]


def unjustified_since(session: Session, account_id: int, from_at: float) -> int:
    """How often the router broke its own order: anything but 0 is a fault of ours."""
    query = select(func.count()).where(
        Inversion.account_id == account_id, Inversion.chosen_at >= from_at, Inversion.cause == "unjustified"
    )
    return session.scalar(query) or 0


def _valued(session: Session, account_id: int, from_at: float, until_at: float) -> int:
    """How many of a class above the lowest stood in a queue in the span; those whose end was lost are not known."""
    query = (
        select(func.count(QueueVisit.interaction_id.distinct()))
        .join(Interaction, Interaction.id == QueueVisit.interaction_id)
        .where(
            QueueVisit.account_id == account_id,
            QueueVisit.entered_at >= from_at - LONGEST_BEFORE_SECONDS,
            QueueVisit.entered_at < until_at,
            or_(QueueVisit.left_at.is_(None), QueueVisit.left_at >= from_at),
            QueueVisit.value_class != "",
            QueueVisit.value_class < LOWEST_CLASS,
            Interaction.incomplete.is_(False),
        )
    )
    return session.scalar(query) or 0


def _cause(cause: str, rows: Sequence[PairRow]) -> CauseRow:
    return CauseRow(
        cause=cause,
        starts=len({(row.served, row.chosen_at) for row in rows}),
        pairs=len(rows),
        customers=len({row.waited for row in rows}),
        seconds=sum(row.waited_on_seconds or 0.0 for row in rows),
    )


def _spans(rows: Sequence[PairRow]) -> list[SpanRow]:
    counts: dict[tuple[float, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[row.chosen_at // HOUR_SECONDS * HOUR_SECONDS, row.queue][row.cause] += 1
    return [SpanRow(from_at=at, queue=key, pairs=dict(some)) for (at, key), some in sorted(counts.items())]


def _pairs(
    session: Session, account_id: int, from_at: float, until_at: float, queue: str | None
) -> list[PairRow]:
    served, waited = aliased(Interaction), aliased(Interaction)
    served_at = (
        select(func.min(QueueVisit.left_at))
        .where(
            QueueVisit.interaction_id == Inversion.waited_id,
            QueueVisit.result == "answered",
            QueueVisit.left_at > Inversion.chosen_at,
        )
        .scalar_subquery()
    )
    query = (
        select(Inversion, served.value_class, waited.value_class, func.coalesce(served_at, waited.ended_at))
        .join(served, served.id == Inversion.served_id)
        .join(waited, waited.id == Inversion.waited_id)
        .where(
            and_(
                Inversion.account_id == account_id,
                Inversion.chosen_at >= from_at,
                Inversion.chosen_at < until_at,
                *([Inversion.queue == queue] if queue else []),
            )
        )
        .order_by(Inversion.chosen_at, Inversion.served_id, Inversion.waited_id)
    )
    return [
        PairRow(
            chosen_at=row.chosen_at,
            cause=row.cause,
            queue=row.queue,
            agent=row.agent,
            served=row.served_id,
            served_class=served_class,
            waited=row.waited_id,
            waited_class=waited_class,
            waited_on_seconds=_waited_on(row, end_at),
        )
        for row, served_class, waited_class, end_at in session.execute(query)
    ]


def _waited_on(row: Inversion, end_at: float | None) -> float | None:
    """None also while he waits."""
    return max(0.0, end_at - row.chosen_at) if row.first and end_at is not None else None
