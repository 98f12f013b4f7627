"""How orders went: by kind, by closing and by technician, over the closings of a span of time.

    time to arrive  = arrived - asked for (made, or reopened)      time on site = closed - arrived
    late            = closed after the window that the customer was told
    repeat          = a second visit within seven days after "done" (`closing_truth.was_repeated`)
    not solved      = "no" among those whom the customer answered  grade = mean of 1 to 7, the school scale

Times are medians: one order that somebody forgot to close would move a mean by days. Whoever runs the work sees each
case, and technicians beside each other if they are at least `GROUP_AT_LEAST`, up to the last midnight. A technician
sees his own figures up to this moment, and beside them those of all together, if they are so many: in a smaller group
a mean says who is who.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import intervals
from crm_core.users import User
from crm_core.work_orders.closing_truth import was_repeated
from crm_core.work_orders.order_flow import Closing, Flag
from crm_core.work_orders.work_orders import WorkOrder, WorkOrderClosing

GROUP_AT_LEAST = 5
_SCALE = (1.0, 7.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One closing as the report counts it. `repeated` of "done" ones only."""

    order_id: int
    kind: str
    code: str
    technician: str | None
    at: float
    to_arrive_seconds: float | None
    on_site_seconds: float | None
    late: bool
    repeated: bool
    solved: bool | None
    grade: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of some closings. Medians and means are None where there is nothing to take them of."""

    closed: int
    done: int
    late: int
    repeated: int
    """Of those that were done."""
    answered: int
    """How many customers said whether it is solved."""
    not_solved: int
    grades: int
    grade_mean: float | None
    grade_low: float | None
    grade_high: float | None
    """The interval of 95 % of the mean, see `crm_core.intervals.mean`."""
    to_arrive_seconds: float | None
    on_site_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures of one kind, closing or technician. `name`: what people call it, "" for a word of ours."""

    key: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything. `cases`: the closings that somebody should look at, the latest first.

    `by_technician` None: they are fewer than `GROUP_AT_LEAST`.
    """

    all: Figures
    by_kind: Sequence[Row]
    by_closing: Sequence[Row]
    by_technician: Sequence[Row] | None
    cases: Sequence[Done]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a technician sees. `group` None: they are fewer than `GROUP_AT_LEAST`."""

    own: Figures
    group: Figures | None
    technicians: int


def report(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    people_until: float = math.inf,
    cases: int = 50,
) -> Report:
    """The figures of all closings in the span, `until_at` excluded; at most so many `cases`.

    What is not over at `people_until` counts for nobody by name yet: his own figures are his first.
    """
    rows = closings_in(session, account_id, from_at, until_at)
    people = session.execute(select(User.login, User.name).where(User.account_id == account_id))
    names = {login: name for login, name in people}
    bad = [row for row in rows if row.solved is False or row.repeated or (row.grade or 7) < 4]
    return Report(
        all=figures(rows),
        by_kind=_by("kind", rows, sorted({row.kind for row in rows}), {}),
        by_closing=_by("code", rows, [str(code) for code in Closing], {}),
        by_technician=beside_each_other([row for row in rows if row.at < people_until], names),
        cases=bad[:cases],
    )


def own_figures(session: Session, account_id: int, login: str, from_at: float, until_at: float) -> Own:
    """A technician's own figures, and those of all of them together."""
    rows = [row for row in closings_in(session, account_id, from_at, until_at) if row.technician]
    people = len({row.technician for row in rows})
    return Own(
        own=figures([row for row in rows if row.technician == login]),
        group=figures(rows) if people >= GROUP_AT_LEAST else None,
        technicians=people,
    )


def closings_in(session: Session, account_id: int, from_at: float, until_at: float) -> list[Done]:
    """The closings of a span, the latest first."""
    query = (
        select(WorkOrderClosing, WorkOrder.kind, was_repeated())
        .join(WorkOrder, WorkOrder.id == WorkOrderClosing.order_id)
        .where(
            WorkOrder.account_id == account_id,
            WorkOrderClosing.account_id == account_id,
            WorkOrderClosing.at >= from_at,
            WorkOrderClosing.at < until_at,
        )
        .order_by(WorkOrderClosing.at.desc(), WorkOrderClosing.id.desc())
    )
    return [_done(row, kind, bool(again)) for row, kind, again in session.execute(query)]


def beside_each_other(rows: Sequence[Done], names: dict[str, str]) -> list[Row] | None:
    """Each technician's figures, by name; None: they are too few to be compared. `names` by login."""
    people = sorted({row.technician for row in rows if row.technician}, key=lambda one: names.get(one, one))
    return _by("technician", rows, people, names) if len(people) >= GROUP_AT_LEAST else None


def figures(rows: Iterable[Done]) -> Figures:
    """The figures of these closings."""
    rows = list(rows)
    grades = [row.grade for row in rows if row.grade is not None]
    grade, low, high = intervals.mean(grades, *_SCALE) if grades else (None, None, None)
    return Figures(
        closed=len(rows),
        done=sum(row.code == Closing.DONE for row in rows),
        late=sum(row.late for row in rows),
        repeated=sum(row.repeated for row in rows),
        answered=sum(row.solved is not None for row in rows),
        not_solved=sum(row.solved is False for row in rows),
        grades=len(grades),
        grade_mean=grade,
        grade_low=low,
        grade_high=high,
        to_arrive_seconds=_median(row.to_arrive_seconds for row in rows),
        on_site_seconds=_median(row.on_site_seconds for row in rows),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _by(field: str, rows: Sequence[Done], keys: Iterable[Any], names: dict[str, str]) -> list[Row]:
    groups = {key: [row for row in rows if getattr(row, field) == key] for key in keys}
    return [
        Row(key=key, name=names.get(key, ""), figures=figures(group))
        for key, group in groups.items()
        if group
    ]


def _done(row: WorkOrderClosing, kind: str, again: bool) -> Done:
    arrived = row.arrived_at
    return Done(
        order_id=row.order_id,
        kind=kind,
        code=row.code,
        technician=row.technician,
        at=row.at,
        to_arrive_seconds=None if arrived is None else arrived - row.asked_at,
        on_site_seconds=None if arrived is None else row.at - arrived,
        late=Flag.LATE in row.flags,
        repeated=again and row.code == Closing.DONE,
        solved=row.solved,
        grade=row.grade,
    )
