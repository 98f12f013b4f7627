"""Calls to resolve: how many contacts a customer needs until his problem is solved.

An episode is the contacts of one customer, over all channels, with the same reason, each at most W days after the one
before; contacts of one case belong together however long it rested, so that a reopened case goes on with its
episode. An episode is closed when W has passed since its last contact; one that is still open is censored and
counts nowhere. First contact resolution (FCR) is the share of closed episodes that took one contact and that nobody
marked as unresolved. Both figures are printed with their W. Pure.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WINDOW_DAYS = 7.0
DAY_SECONDS = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One contact of a customer. `case_id` None: it belongs to no case; `value_class` "": nobody knew it."""

    customer_id: int
    reason: str
    at: float
    case_id: int | None = None
    unresolved: bool = False
    value_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Contacts about one thing. `value_class`: that of the first of them."""

    customer_id: int
    reason: str
    began_at: float
    last_at: float
    contacts: int
    unresolved: bool
    value_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Over the closed episodes; figures are None when there is none. `p90`: nearest rank."""

    window_days: float
    closed: int
    censored: int
    calls_to_resolve: float | None
    calls_to_resolve_p90: int | None
    first_contact_resolution: float | None


def episodes(touches: Iterable[Touch], *, window_days: float = WINDOW_DAYS) -> list[Episode]:
    """The episodes in the order of their beginning."""
    window = window_days * DAY_SECONDS
    found: list[list[Touch]] = []
    newest: dict[tuple[int, str], list[Touch]] = {}
    of_case: dict[int, list[Touch]] = {}
    for touch in sorted(touches, key=lambda one: (one.at, one.customer_id, one.reason)):
        key = (touch.customer_id, touch.reason)
        last = newest.get(key)
        if touch.case_id is not None and touch.case_id in of_case:
            members = of_case[touch.case_id]
        elif last is not None and touch.at - last[-1].at <= window:
            members = last
        else:
            members = []
            found.append(members)
        members.append(touch)
        newest[key] = members
        if touch.case_id is not None:
            of_case[touch.case_id] = members
    return [_episode(members) for members in found]


def resolution(found: Sequence[Episode], *, now: float, window_days: float = WINDOW_DAYS) -> Resolution:
    """Calls to resolve and FCR of the episodes that are closed now."""
    closed = [one for one in found if now - one.last_at > window_days * DAY_SECONDS]
    counts = sorted(one.contacts for one in closed)
    first = sum(one.contacts == 1 and not one.unresolved for one in closed)
    return Resolution(
        window_days=window_days,
        closed=len(closed),
        censored=len(found) - len(closed),
        calls_to_resolve=sum(counts) / len(counts) if counts else None,
        calls_to_resolve_p90=counts[math.ceil(0.9 * len(counts)) - 1] if counts else None,
        first_contact_resolution=first / len(closed) if closed else None,
    )


def by_class(
    found: Sequence[Episode], *, now: float, window_days: float = WINDOW_DAYS
) -> dict[str, Resolution]:
    """The same of each value class, in its order; an episode belongs to the class that it began with."""
    classes = sorted({one.value_class for one in found})
    return {
        name: resolution([one for one in found if one.value_class == name], now=now, window_days=window_days)
        for name in classes
    }


def _episode(members: Sequence[Touch]) -> Episode:
    first, last = members[0], members[-1]
    return Episode(
        customer_id=first.customer_id,
        reason=first.reason,
        began_at=first.at,
        last_at=last.at,
        contacts=len(members),
        unresolved=any(one.unresolved for one in members),
        value_class=first.value_class,
    )
