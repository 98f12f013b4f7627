"""What a caller may be calling about, and how probably: from what is open of him and from what others called about.

Each kind of matter has its recencies, by the customer's own days:

    visit   today (also one that is late), tomorrow, week (the next seven days), later
    bill    overdue, due (within five days), later            by the earliest day of what is not paid
    case    new (opened within three days), older             order   new (placed within seven days), older

The probability of a kind and recency is the share of earlier calls that were about it, among those of customers who had
one: the posterior mean of a binomial share under a beta prior,

    p = (a + hits) / (a + b + calls)

(A. Gelman et al., "Bayesian Data Analysis", 3rd ed. 2013, section 2.4). The prior is our own opinion and weighs as much
as ten calls (a + b = 10), so that a new center offers what is plausible and has learned after a few dozen calls. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ctiserver.core.customers import Matter

PRIOR_CALLS = 10
PRIORS = {
    ("visit", "today"): 0.5,
    ("visit", "tomorrow"): 0.4,
    ("visit", "week"): 0.2,
    ("visit", "later"): 0.05,
    ("bill", "overdue"): 0.3,
    ("bill", "due"): 0.25,
    ("bill", "later"): 0.05,
    ("case", "new"): 0.35,
    ("case", "older"): 0.15,
    ("order", "new"): 0.25,
    ("order", "older"): 0.1,
}
"""The share of calls that we expect to be about it, before any was counted."""
_DUE_DAYS, _WEEK_DAYS, _NEW_CASE_DAYS, _NEW_ORDER_DAYS = 5, 7, 3, 7

Odds = Mapping[tuple[str, str], tuple[int, int]]
"""Calls and hits by kind and recency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What is open of a customer, in UTC epoch seconds; None: nothing of the kind.

    The next visit's beginning, the earliest day of an unpaid bill, the latest open case and order.
    """

    visit_at: float | None = None
    bill_due_at: float | None = None
    case_opened_at: float | None = None
    order_placed_at: float | None = None


def matters(found: Open, odds: Odds, *, at: float, zone: tzinfo) -> tuple[Matter, ...]:
    """What he may be calling about at this moment, the likeliest first."""
    recencies = {
        "visit": _visit(_days(found.visit_at, at, zone)),
        "bill": _bill(_days(found.bill_due_at, at, zone)),
        "case": _since(_days(found.case_opened_at, at, zone), _NEW_CASE_DAYS),
        "order": _since(_days(found.order_placed_at, at, zone), _NEW_ORDER_DAYS),
    }
    known = [
        Matter(kind=kind, recency=recency, probability=probability(kind, recency, odds))
        for kind, recency in recencies.items()
        if recency is not None
    ]
    return tuple(sorted(known, key=lambda one: -one.probability))


def probability(kind: str, recency: str, odds: Odds) -> float:
    """How often a customer with such a matter calls about it, 0 to 1."""
    calls, hits = odds.get((kind, recency), (0, 0))
    return (PRIORS[kind, recency] * PRIOR_CALLS + hits) / (PRIOR_CALLS + calls)


def _days(when: float | None, at: float, zone: tzinfo) -> int | None:
    """How many local days from today, negative in the past."""
    if when is None:
        return None
    return (datetime.fromtimestamp(when, zone).date() - datetime.fromtimestamp(at, zone).date()).days


def _visit(days: int | None) -> str | None:
    if days is None or days <= 0:
        return None if days is None else "today"
    return "tomorrow" if days == 1 else "week" if days <= _WEEK_DAYS else "later"


def _bill(days: int | None) -> str | None:
    if days is None:
        return None
    return "overdue" if days < 0 else "due" if days <= _DUE_DAYS else "later"


def _since(days: int | None, new_days: int) -> str | None:
    if days is None:
        return None
    return "new" if -days <= new_days else "older"
