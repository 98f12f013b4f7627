"""How many visits a company makes in a half day, and how many of them are left.

Dispatchers say it by weekday, half, area and kind of work; "" stands for any area or kind. Where an area and kind have
rows of their own, these alone count for them, else the area's, else the kind's, else those for any: the rows that count
together are a pool. An open order that was promised for a half day takes a place of its pool, whoever made it; one
that is late, closed or cancelled takes none in days to come. Without a row nothing is offered: nobody is promised what
nobody has planned.

Who takes a place locks the pool's row for that half day first, so that of two callers who want the last one the second
sees it taken.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import accounts, audit
from crm_core.base import Base, one_of
from crm_core.permission.calendars import days_off
from crm_core.plain_text import plain
from crm_core.work_orders.order_flow import Kind
from crm_core.work_orders.visit_slots import HORIZON_DAYS, Half, Slot, slot_of, upcoming
from crm_core.work_orders.work_orders import WorkOrder
from ctiserver.core.errors import ConfigError, Mistake

MOST_PLACES = 1000
_DAY_SECONDS = 86_400.0

Pool = tuple[str, str]
"""Area (as people write it in the rows) and kind; "" is any."""


class VisitCapacity(Base):
    """How many visits in this half of this weekday."""

    __tablename__ = "visit_capacity"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", "weekday"),
        one_of("half", Half),
        CheckConstraint("places >= 0", "places"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1 is Monday."""
    half: Mapped[str] = mapped_column(primary_key=True)
    places: Mapped[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """One row as people give it."""

    weekday: int
    half: str
    places: int
    area: str = ""
    kind: str = ""


def capacity(session: Session, account_id: int) -> Sequence[VisitCapacity]:
    """All rows, in order."""
    columns = VisitCapacity.area, VisitCapacity.kind, VisitCapacity.weekday, VisitCapacity.half.desc()
    query = select(VisitCapacity).where(VisitCapacity.account_id == account_id).order_by(*columns)
    return session.scalars(query).all()


def put_capacity(
    session: Session, account_id: int, rows: Sequence[Places], *, by: str, now: float
) -> Sequence[VisitCapacity]:
    """These rows in place of those that there were. Raises ConfigError with every mistake."""
    _check(rows)
    before = len(capacity(session, account_id))
    session.execute(delete(VisitCapacity).where(VisitCapacity.account_id == account_id))
    for row in rows:
        new = VisitCapacity(
            account_id=account_id,
            area=row.area.strip(),
            kind=row.kind,
            weekday=row.weekday,
            half=row.half,
            places=row.places,
        )
        session.add(new)
    session.flush()
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="change visit capacity",
        subject="visit capacity",
        before={"rows": before},
        after={"rows": len(rows)},
    )
    return capacity(session, account_id)


def free_slots(
    session: Session,
    account_id: int,
    *,
    area: str,
    kind: str,
    now: float,
    first_day: date | None = None,
    at_most: int = 3,
) -> list[Slot]:
    """The nearest half days with a place left for this work there; from `first_day` on, if given."""
    pools = _pools(session, account_id)
    wanted = _pool(pools, area, kind)
    if wanted is None:
        return []
    zone, taken, found = zone_of(session, account_id), _taken(session, account_id, pools, now), list[Slot]()
    for slot in upcoming(now, zone, _holidays(session, account_id, now, zone), first_day):
        if pools[wanted].get((slot.day.isoweekday(), slot.half), 0) > taken[wanted, slot]:
            found.append(slot)
            if len(found) == at_most:
                break
    return found


def take(session: Session, account_id: int, slot: Slot, *, area: str, kind: str, now: float) -> bool:
    """Whether the slot has a place for an order that our transaction is about to promise for it.

    Whoever else wants the same half day waits until our transaction ends. In a writing unit.
    """
    wanted = _pool(_pools(session, account_id), area, kind)
    if wanted is None:
        return False
    session.execute(
        select(VisitCapacity.places)
        .where(
            VisitCapacity.account_id == account_id,
            VisitCapacity.area == wanted[0],
            VisitCapacity.kind == wanted[1],
            VisitCapacity.weekday == slot.day.isoweekday(),
            VisitCapacity.half == slot.half,
        )
        .with_for_update()
    )
    found = free_slots(session, account_id, area=area, kind=kind, now=now, first_day=slot.day, at_most=2)
    return slot in found


def zone_of(session: Session, account_id: int) -> ZoneInfo:
    """The company's time zone: its technicians' days are there."""
    return ZoneInfo(accounts.account(session, account_id).time_zone)


def _pools(session: Session, account_id: int) -> Mapping[Pool, dict[tuple[int, str], int]]:
    pools: dict[Pool, dict[tuple[int, str], int]] = {}
    for row in capacity(session, account_id):
        pools.setdefault((row.area, row.kind), {})[row.weekday, row.half] = row.places
    return pools


def _pool(pools: Mapping[Pool, object], area: str, kind: str) -> Pool | None:
    """The rows that count for this work there; areas are the same whatever their accents and case."""
    for wanted in ((plain(area), kind), (plain(area), ""), ("", kind), ("", "")):
        for pool in pools:
            if (plain(pool[0]), pool[1]) == wanted:
                return pool
    return None


def _taken(
    session: Session, account_id: int, pools: Mapping[Pool, object], now: float
) -> Counter[tuple[Pool | None, Slot]]:
    """How many open orders were promised for each half day of each pool."""
    zone = zone_of(session, account_id)
    until_at = now + (HORIZON_DAYS + 2) * _DAY_SECONDS
    promised = select(WorkOrder.area, WorkOrder.kind, WorkOrder.due_from_at).where(
        WorkOrder.account_id == account_id,
        WorkOrder.is_open,
        WorkOrder.due_until_at >= now,
        WorkOrder.due_from_at.between(now - _DAY_SECONDS, until_at),
    )
    return Counter(
        (_pool(pools, area, kind), slot_of(from_at, zone))
        for area, kind, from_at in session.execute(promised)
        if from_at is not None
    )


def _holidays(session: Session, account_id: int, now: float, zone: ZoneInfo) -> frozenset[date]:
    country, year = accounts.account(session, account_id).country, datetime.fromtimestamp(now, zone).year
    return days_off(country, (), year) | days_off(country, (), year + 1)


def _check(rows: Sequence[Places]) -> None:
    mistakes, seen = [], set[tuple[object, ...]]()
    for place, row in enumerate(rows, 1):
        at = f"rows[{place}]"
        key = (plain(row.area), row.kind, row.weekday, row.half)
        if not 1 <= row.weekday <= 7:
            mistakes.append(Mistake(f"{at}.weekday", "a weekday is 1 (Monday) to 7", "wrong_weekday"))
        if row.half not in list(Half):
            mistakes.append(Mistake(f"{at}.half", "a half is morning or afternoon", "wrong_half"))
        if row.kind and row.kind not in list(Kind):
            kinds = ", ".join(Kind)
            mistakes.append(
                Mistake(f"{at}.kind", f"a kind is one of {kinds}, or empty for any", "wrong_kind")
            )
        if not 0 <= row.places <= MOST_PLACES:
            words = f"places are 0 to {MOST_PLACES}"
            mistakes.append(Mistake(f"{at}.places", words, "wrong_places"))
        if key in seen:
            mistakes.append(Mistake(at, "this half day stands twice: leave one row", "half_day_twice"))
        seen.add(key)
    if mistakes:
        raise ConfigError(mistakes)
