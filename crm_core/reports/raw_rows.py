"""What the figures of queues and agents are made of, read from the records as it happened.

A wrap-up or talk whose end was lost with the journal would last for ever: it counts as over when the agent's next talk
begins, and a talk at the latest when its contact ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import Session

from crm_core.interactions import COUNTED_BEFORE, MESSAGE, Interaction, Offer, Segment, called_us
from crm_core.queue_visits import QueueVisit
from crm_core.queues import Queue
from crm_core.reports.queue_figures import LOST, Offered, Talk, Visit
from crm_core.reports.time_spans import Span

_ROWS_AT_ONCE = 2000
_LONGEST_CONTACT_SECONDS = 86400.0
"""How long before a span a talk may have begun that reaches into it."""
LONGEST_BEFORE_SECONDS = 7 * 86400.0
"""How long before a talk or an offer its contact may have arrived; so that not all contacts are looked through."""


def visits(session: Session, account_id: int, from_at: float, until_at: float) -> list[Visit]:
    """The visits that began in the span, of callers."""
    limits = {
        key: (within, short)
        for key, within, short in session.execute(
            select(Queue.key, Queue.service_level_seconds, Queue.short_abandon_seconds).where(
                Queue.account_id == account_id
            )
        )
    }
    query = (
        select(
            QueueVisit.interaction_id,
            QueueVisit.queue,
            QueueVisit.value_class,
            QueueVisit.entered_at,
            QueueVisit.left_at,
            QueueVisit.result,
            QueueVisit.told_until_at,
            Interaction.incomplete,
        )
        .join(Interaction, Interaction.id == QueueVisit.interaction_id)
        .where(
            QueueVisit.account_id == account_id,
            QueueVisit.entered_at >= from_at,
            QueueVisit.entered_at < until_at,
            called_us(),
            Interaction.channel.not_in(COUNTED_BEFORE),
        )
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    return [
        Visit(
            contact=contact,
            queue=queue,
            value_class=value_class,
            entered_at=entered_at,
            left_at=left_at,
            result=LOST if left_at is None and incomplete else result,
            within_seconds=limits.get(queue, (20.0, 5.0))[0],
            short_seconds=limits.get(queue, (20.0, 5.0))[1],
            told_until_at=told_until_at,
        )
        for contact, queue, value_class, entered_at, left_at, result, told_until_at, incomplete in (
            session.execute(query)
        )
    ]


def talks(
    session: Session, account_id: int, from_at: float, until_at: float, *, agent: str | None = None
) -> list[Talk]:
    """The talks that were answered in the span, in order; work on a message is no talk."""
    rows = _segments(session, account_id, from_at, until_at, agent)
    return [_talk(row) for row in rows if row.channel != MESSAGE]


def talks_and_work(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    now: float,
    agent: str | None = None,
) -> tuple[dict[str, list[Talk]], dict[str, list[Span]]]:
    """By agent: his talks, and when he was on contacts, also on those that he had answered before the span."""
    rows = _segments(session, account_id, from_at - _LONGEST_CONTACT_SECONDS, until_at, agent)
    by_agent: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        by_agent[row.agent].append(row)
    spans = {who: _work(his, min(now, until_at)) for who, his in by_agent.items()}
    found = {
        who: [_talk(row) for row in his if row.answered_at >= from_at and row.channel != MESSAGE]
        for who, his in by_agent.items()
    }
    return found, spans


def offers(
    session: Session, account_id: int, from_at: float, until_at: float, *, agent: str | None = None
) -> list[Offered]:
    """The offers of the span that are over."""
    query = (
        select(
            Offer.interaction_id,
            Offer.queue,
            Interaction.value_class,
            Offer.agent,
            Offer.made_at,
            Offer.result,
            Offer.ended_at,
        )
        .join(Interaction, Interaction.id == Offer.interaction_id)
        .where(
            *_arrived(account_id, from_at, until_at),
            Offer.made_at >= from_at,
            Offer.made_at < until_at,
            Offer.result.is_not(None),
            *_of(Offer.agent, agent),
        )
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    return [
        Offered(
            contact=contact,
            queue=queue,
            value_class=value_class or "",
            agent=who,
            made_at=made_at,
            result=result or "",
            ended_at=ended_at,
        )
        for contact, queue, value_class, who, made_at, result, ended_at in session.execute(query)
    ]


def _segments(
    session: Session, account_id: int, from_at: float, until_at: float, agent: str | None
) -> Sequence[Any]:
    query = (
        select(
            Segment.interaction_id,
            Segment.ordinal,
            Segment.queue,
            Interaction.value_class,
            Segment.agent,
            Segment.answered_at,
            Segment.ended_at,
            Segment.wrap_up_started_at,
            Segment.wrap_up_ended_at,
            Interaction.ended_at.label("contact_ended_at"),
            Interaction.channel,
            transferred().label("transferred"),
            case((_to_one_agent(), Segment.transferred_to), else_="").label("passed_on_to"),
        )
        .join(Interaction, Interaction.id == Segment.interaction_id)
        .where(
            *_arrived(account_id, from_at, until_at),
            Segment.answered_at >= from_at,
            Segment.answered_at < until_at,
            *_of(Segment.agent, agent),
        )
        .order_by(Segment.answered_at, Segment.interaction_id, Segment.ordinal)
    )
    return session.execute(query).all()


def transferred() -> ColumnElement[bool]:
    """The agent passed the customer on, and it was not in vain."""
    return and_(Segment.transfer.is_not(None), Segment.transfer_failed.is_(None))


def _to_one_agent() -> ColumnElement[bool]:
    """Without a word, whether or not that agent took him."""
    return and_(Segment.transfer == "blind", Segment.transferred_to_kind == "agent")


def _arrived(account_id: int, from_at: float, until_at: float) -> tuple[ColumnElement[bool], ...]:
    return (
        Interaction.account_id == account_id,
        Interaction.arrived_at >= from_at - LONGEST_BEFORE_SECONDS,
        Interaction.arrived_at < until_at,
    )


def _of(column: Any, agent: str | None) -> Iterable[ColumnElement[bool]]:
    return () if agent is None else (column == agent,)


def _talk(row: Any) -> Talk:
    ended_at = row.ended_at if row.ended_at is not None else row.contact_ended_at
    wraps_up = row.wrap_up_started_at is not None and row.wrap_up_ended_at is None
    after = 0.0 if row.wrap_up_ended_at is None else row.wrap_up_ended_at - row.wrap_up_started_at
    return Talk(
        contact=row.interaction_id,
        queue=row.queue,
        value_class=row.value_class or "",
        agent=row.agent,
        answered_at=row.answered_at,
        over_at=None if ended_at is None or wraps_up else ended_at + after,
        talk_seconds=0.0 if ended_at is None else ended_at - row.answered_at,
        after_seconds=after,
        transferred=bool(row.transferred),
        passed_on_to=row.passed_on_to or "",
    )


def _work(rows: Sequence[Any], now: float) -> list[Span]:
    found: list[Span] = []
    for place, row in enumerate(rows):
        following = rows[place + 1].answered_at if place + 1 < len(rows) else now
        ended_at = next(at for at in (row.ended_at, row.contact_ended_at, following) if at is not None)
        found.append((row.answered_at, ended_at))
        if row.wrap_up_started_at is not None:
            end = row.wrap_up_ended_at if row.wrap_up_ended_at is not None else following
            found.append((row.wrap_up_started_at, max(end, row.wrap_up_started_at)))
    return found
