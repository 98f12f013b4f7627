"""How many calls are expected: a row for each queue and interval, as somebody who plans has imported them.

A table that is imported takes the place of the rows of the days that it names; other days stay.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Double, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.base import Base, EpochSeconds, Seconds
from crm_core.permission.calendars import day_of, instant
from crm_core.queues import queue as queue_of
from ctiserver.core.errors import Refusal

COLUMNS = ("day", "from", "calls", "handle_seconds")
_MOST_ROWS = 20_000


class ForecastInterval(Base):
    """`calls` that come in `seconds` from `begins_at` on, each keeping an agent for `handle_seconds`."""

    __tablename__ = "forecast_intervals"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    queue: Mapped[str] = mapped_column(primary_key=True)
    begins_at: Mapped[EpochSeconds] = mapped_column(primary_key=True)
    seconds: Mapped[Seconds]
    calls: Mapped[float] = mapped_column(Double)
    handle_seconds: Mapped[Seconds]


def import_forecast(
    session: Session,
    account_id: int,
    queue: str,
    text: str,
    *,
    minutes: int,
    zone: ZoneInfo,
    by: str,
    now: float,
) -> int:
    """Take a table in (CSV: day, from, calls, handle_seconds); how many rows it had.

    Raises NotFound for a queue that there is not, Refusal for a line that cannot be read.
    """
    queue_of(session, account_id, queue)
    rows = [_row(line, row, zone) for line, row in lines_of(text, COLUMNS)]
    for day in sorted({day for day, *_ in rows}):
        begins, ends = instant(day, 0, zone), instant(day + timedelta(days=1), 0, zone)
        session.execute(
            delete(ForecastInterval).where(
                ForecastInterval.account_id == account_id,
                ForecastInterval.queue == queue,
                ForecastInterval.begins_at >= begins,
                ForecastInterval.begins_at < ends,
            )
        )
    for begins_at, (calls, handle_seconds) in {at: what for _, at, *what in rows}.items():
        session.add(
            ForecastInterval(
                account_id=account_id,
                queue=queue,
                begins_at=begins_at,
                seconds=60.0 * minutes,
                calls=calls,
                handle_seconds=handle_seconds,
            )
        )
    note = {"rows": len(rows)}
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="forecast.import",
        subject=f"queue {queue}",
        after=note,
    )
    return len(rows)


def forecast_of(
    session: Session, account_id: int, queue: str, from_at: float, until_at: float
) -> Sequence[ForecastInterval]:
    """The rows of a span, in order."""
    query = select(ForecastInterval).where(
        ForecastInterval.account_id == account_id,
        ForecastInterval.queue == queue,
        ForecastInterval.begins_at >= from_at,
        ForecastInterval.begins_at < until_at,
    )
    return session.scalars(query.order_by(ForecastInterval.begins_at)).all()


def lines_of(text: str, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table with their lines; the first line names the columns. Raises Refusal."""
    text = text.removeprefix("\ufeff")
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
        raise Refusal(
            "wrong_columns", f"the first line must name {', '.join(columns)}; {', '.join(missing)} is missing"
        )
    rows = [
        (line, {name: (row[name] or "").strip() for name in columns}) for line, row in enumerate(reader, 2)
    ]
    if not rows or len(rows) > _MOST_ROWS:
        raise Refusal("wrong_rows", f"the table has {len(rows)} rows: send 1 to {_MOST_ROWS}")
    return rows


def moment(line: int, day: str, clock: str, zone: ZoneInfo) -> tuple[date, float]:
    """A local day and the instant of a time on it. Raises Refusal."""
    try:
        which = day_of(day)
        hours, minutes = (int(part) for part in clock.split(":"))
    except (Refusal, ValueError):
        raise Refusal(
            "wrong_line", f"line {line}: write the day as 2026-11-23 and the time as 09:30"
        ) from None
    if not 0 <= 60 * hours + minutes <= 1440 or minutes > 59:
        raise Refusal("wrong_line", f"line {line}: {clock} is no time of a day")
    return which, instant(which, 60 * hours + minutes, zone)


def _row(line: int, row: dict[str, str], zone: ZoneInfo) -> tuple[date, float, float, float]:
    day, at = moment(line, row["day"], row["from"], zone)
    try:
        calls, handle = (float(row[name].replace(",", ".")) for name in ("calls", "handle_seconds"))
    except ValueError:
        raise Refusal("wrong_line", f"line {line}: calls and handle_seconds are numbers") from None
    if not (0 <= calls < 1e6 and 0 < handle < 86400):
        raise Refusal("wrong_line", f"line {line}: calls from 0 on, handle_seconds above 0")
    return day, at, calls, handle
