"""How calls come at this hour of the week, how long they keep an agent, and how long callers wait before they hang up.

    calls a second  = contacts that came to the queue in this hour of the week, over the last four weeks / their seconds
                      (empty hours count, but for those before the center's first contact;
                      in a center younger than a week: in the last three hours)
    service         = mean of (talk + hold + after-call work) of the last seven days
    patience        = all waits of the last seven days added up / how many hung up

The last is the estimate of an exponential patience of which most are cut short by an answer (maximum likelihood for
censored times; Brown et al., "Statistical Analysis of a Telephone Call Center", JASA 100, 2005, section 6).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core.queue_visits import QueueVisit
from crm_core.reports import raw_rows
from crm_core.reports.queue_figures import LOST

WEEKS = 4
_HOUR, _DAY, _WEEK = 3600.0, 86400.0, 7 * 86400.0
_FIRST_HOURS = 3
_SERVICE_SECONDS = 180.0
"""Of a queue in which nobody has talked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Of one queue. `calls_per_second` by value class; `patience_seconds` None: nobody has hung up."""

    calls_per_second: Mapping[str, float]
    service_seconds: float
    patience_seconds: float | None


def arrival_rates(session: Session, account_id: int, now: float) -> dict[str, Rates]:
    """By queue; queues to which nobody came this week, nor at this hour, are left out."""
    spans = [(now - week * _WEEK, now - week * _WEEK + _HOUR) for week in range(1, WEEKS + 1)]
    first_at = session.scalar(
        select(func.min(QueueVisit.entered_at)).where(QueueVisit.account_id == account_id)
    )
    known = [span for span in spans if first_at is not None and first_at < span[1]]
    came: Counter[tuple[str, str]] = Counter()
    for begin, end in known:
        found = raw_rows.visits(session, account_id, begin, end)
        came.update((one.queue, one.value_class) for one in found)
    seconds = len(known) * _HOUR
    lately = raw_rows.visits(session, account_id, now - _WEEK, now)
    if not known:
        seconds = _FIRST_HOURS * _HOUR
        came.update((one.queue, one.value_class) for one in lately if one.entered_at >= now - seconds)
    work: dict[str, list[float]] = {}
    for talk in raw_rows.talks(session, account_id, now - _WEEK, now):
        if talk.over_at is not None:
            work.setdefault(talk.queue, []).append(talk.talk_seconds + talk.after_seconds)
    waited: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for one in (it for it in lately if it.result != LOST):
        waited[one.queue] += max(0.0, (one.left_at or now) - one.entered_at)  # type: ignore[assignment]
        gone[one.queue] += one.result == "abandoned"
    return {
        queue: Rates(
            calls_per_second={
                value_class: count / seconds
                for (key, value_class), count in sorted(came.items())
                if key == queue
            },
            service_seconds=fmean(work[queue]) if queue in work else _SERVICE_SECONDS,
            patience_seconds=waited[queue] / gone[queue] if gone[queue] and waited[queue] > 0 else None,
        )
        for queue in sorted({queue for queue, _ in came} | waited.keys())
    }
