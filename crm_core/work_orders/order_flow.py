"""What may happen to a work order, and what follows from how it was closed.

One table {state: {event: state}}. Technicians forget to say that they are on the way, and say it late: an order may be
closed from any open state, and "on the way" from somebody who is there already changes nothing. What is closed takes no
more steps but two: somebody verifies it, or it is reopened, since the customer or a colleague says that it is not done.

A closing that comes late, for another's order or without an arrival is taken, and flagged: a technician in the street
is never sent away because the office's list is wrong.
"""

from collections.abc import Mapping
from enum import StrEnum

from ctiserver.core.errors import Refusal


class Kind(StrEnum):
    """What is to be done."""

    INSTALLATION = "installation"
    REPAIR = "repair"
    MAINTENANCE = "maintenance"
    INSPECTION = "inspection"
    READING = "reading"
    DISCONNECTION = "disconnection"
    RECONNECTION = "reconnection"
    LEAK = "leak"


class State(StrEnum):
    """How far an order is."""

    CREATED = "created"
    ASSIGNED = "assigned"
    ON_THE_WAY = "on_the_way"
    ON_SITE = "on_site"
    CLOSED = "closed"
    VERIFIED = "verified"
    REOPENED = "reopened"


class Event(StrEnum):
    """What may happen to an order."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"
    SET_OUT = "set_out"
    ARRIVE = "arrive"
    CLOSE = "close"
    VERIFY = "verify"
    REOPEN = "reopen"


class Closing(StrEnum):
    """How it ended, in the order of the telephone's keys, from 1."""

    DONE = "done"
    FOLLOW_UP = "follow_up"
    CUSTOMER_ABSENT = "customer_absent"
    ACCESS_REFUSED = "access_refused"
    NEEDS_PART = "needs_part"
    UNSAFE = "unsafe"
    CANCELLED = "cancelled"


class Flag(StrEnum):
    """What a dispatcher should know of a closing that was taken all the same."""

    LATE = "late"
    EXPIRED = "expired"
    SOMEONE_ELSES = "someone_elses"
    NOBODYS = "nobodys"
    WITHOUT_ARRIVAL = "without_arrival"


class Way(StrEnum):
    """By which way a step came."""

    PAGE = "page"
    PHONE = "phone"
    REST = "rest"
    ITSELF = "itself"


S, E = State, Event
TABLE: Mapping[State, Mapping[Event, State]] = {
    S.CREATED: {E.ASSIGN: S.ASSIGNED, E.CLOSE: S.CLOSED},
    S.ASSIGNED: {
        E.ASSIGN: S.ASSIGNED,
        E.UNASSIGN: S.CREATED,
        E.SET_OUT: S.ON_THE_WAY,
        E.ARRIVE: S.ON_SITE,
        E.CLOSE: S.CLOSED,
    },
    S.ON_THE_WAY: {
        E.ASSIGN: S.ASSIGNED,
        E.UNASSIGN: S.CREATED,
        E.SET_OUT: S.ON_THE_WAY,
        E.ARRIVE: S.ON_SITE,
        E.CLOSE: S.CLOSED,
    },
    S.ON_SITE: {E.ASSIGN: S.ASSIGNED, E.SET_OUT: S.ON_SITE, E.ARRIVE: S.ON_SITE, E.CLOSE: S.CLOSED},
    S.CLOSED: {E.VERIFY: S.VERIFIED, E.REOPEN: S.REOPENED},
    S.VERIFIED: {E.VERIFY: S.VERIFIED, E.REOPEN: S.REOPENED},
    S.REOPENED: {
        E.ASSIGN: S.ASSIGNED,
        E.UNASSIGN: S.REOPENED,
        E.SET_OUT: S.ON_THE_WAY,
        E.ARRIVE: S.ON_SITE,
        E.CLOSE: S.CLOSED,
    },
}
ENDED = frozenset({S.CLOSED, S.VERIFIED})
"""Nobody has to go there."""
OF_TECHNICIANS = frozenset({E.SET_OUT, E.ARRIVE})
"""Steps that a technician takes himself; closing needs more (`closing.close`)."""
PRIORITIES = ("low", "normal", "high", "urgent")
PROMISED_SECONDS: Mapping[str, float] = {
    "low": 7 * 86400.0,
    "normal": 3 * 86400.0,
    "high": 86400.0,
    "urgent": 4 * 3600.0,
}
"""Until when an order is due whose window nobody named."""
EXPIRED_AFTER_SECONDS = 7 * 86400.0
"""An order that is closed so long after its window was probably done long ago, or never."""

FOLLOWED_UP = frozenset({Closing.FOLLOW_UP, Closing.NEEDS_PART})
"""Closings that leave something to do: another order is made of it at once."""
SURVEYED: Mapping[Closing, str] = {
    Closing.DONE: "visit-done",
    Closing.FOLLOW_UP: "visit-follow-up",
    Closing.NEEDS_PART: "visit-follow-up",
    Closing.CUSTOMER_ABSENT: "visit-missed",
    Closing.ACCESS_REFUSED: "visit-missed",
}
"""The survey by type of closing. After an unsafe closing people are busy with the emergency, and nobody was there when
an order was cancelled: these are asked nothing."""


def kind_of(word: str) -> Kind:
    """The kind of that name. Raises Refusal."""
    try:
        return Kind(word)
    except ValueError:
        kinds = ", ".join(Kind)
        raise Refusal("wrong_order_kind", f"{word!r} is no kind of work order: use one of {kinds}") from None


def closing_of(word: str) -> Closing:
    """The closing code of that name. Raises Refusal."""
    try:
        return Closing(word)
    except ValueError:
        codes = ", ".join(Closing)
        raise Refusal("wrong_closing", f"{word!r} is no closing code: use one of {codes}") from None


def closing_of_key(key: str) -> Closing | None:
    """The closing code behind a telephone's key; None: that key has none."""
    codes = list(Closing)
    return codes[int(key) - 1] if key.isdecimal() and 0 < int(key) <= len(codes) else None


def after(state: State, word: str) -> State:
    """The state after an event. Raises Refusal when this cannot happen now."""
    for event, to in TABLE[state].items():
        if event == word:
            return to
    if state in ENDED:
        raise Refusal("order_closed", f"the order is {state}: reopen it first")
    raise Refusal(
        "order_step",
        f"{word!r} cannot happen to an order that is {state}: choose from {', '.join(TABLE[state])}",
    )


def flags(
    *, technician: str | None, by: str | None, due_until_at: float, arrived: bool, now: float
) -> list[Flag]:
    """What is odd about a closing at this moment, in the order of `Flag`.

    `technician`: whose order it is; `by`: the technician who closes it, None: the office does, which needs no arrival.
    """
    odd = {
        Flag.LATE: now > due_until_at,
        Flag.EXPIRED: now > due_until_at + EXPIRED_AFTER_SECONDS,
        Flag.SOMEONE_ELSES: None not in (by, technician) and technician != by,
        Flag.NOBODYS: by is not None and technician is None,
        Flag.WITHOUT_ARRIVAL: by is not None and not arrived,
    }
    return [flag for flag, so in odd.items() if so]
