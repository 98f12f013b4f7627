"""Cases of six kinds: which states each kind has, what may happen in them, and what must be known for it.

One table {state: {event: state}} per kind. What the customer says may come late, in any state, so every state has
a row for it: it wakes a case that waits for him, and reopens one that was resolved. A refund is paid after somebody
approved it, a warranty accepted after an inspection; the other kinds are resolved when the work is done.
The clock of the promise (`sla_clock`) stands while the customer is to answer and after the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from ctiserver.core.errors import ConfigError, Mistake, Refusal


class Kind(StrEnum):
    """What the customer wants."""

    INFORMATION = "information"
    SERVICE = "service"
    CHARGE = "charge"
    ACCOUNT = "account"
    WARRANTY = "warranty"
    HELP = "help"


class State(StrEnum):
    """How far a case is."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_OTHERS = "waiting_others"
    SCHEDULED = "scheduled"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    INSPECTING = "inspecting"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class Event(StrEnum):
    """What may happen to a case."""

    START = "start"
    ASK_CUSTOMER = "ask_customer"
    CUSTOMER_ANSWERED = "customer_answered"
    HAND_ON = "hand_on"
    CAME_BACK = "came_back"
    SCHEDULE = "schedule"
    VISIT_DONE = "visit_done"
    REQUEST_APPROVAL = "request_approval"
    APPROVE = "approve"
    PAY = "pay"
    INSPECT = "inspect"
    ACCEPT = "accept"
    RESOLVE = "resolve"
    REJECT = "reject"
    CANCEL = "cancel"
    CLOSE = "close"
    REOPEN = "reopen"


S, E = State, Event
Table = Mapping[State, Mapping[Event, State]]

ENDED = frozenset({S.RESOLVED, S.REJECTED, S.CANCELLED, S.CLOSED})
"""Nobody works on it."""
CLOCK_STANDS = ENDED | {S.WAITING_CUSTOMER}
DECISIONS = frozenset({E.APPROVE, E.REJECT, E.ACCEPT})
"""What needs more than working on cases."""
PRIORITIES = ("low", "normal", "high", "urgent")

_AFTER_THE_END: Table = {
    S.RESOLVED: {E.CLOSE: S.CLOSED, E.REOPEN: S.IN_PROGRESS, E.CUSTOMER_ANSWERED: S.IN_PROGRESS},
    S.CANCELLED: {E.REOPEN: S.IN_PROGRESS, E.CUSTOMER_ANSWERED: S.CANCELLED},
    S.CLOSED: {E.REOPEN: S.IN_PROGRESS, E.CUSTOMER_ANSWERED: S.IN_PROGRESS},
}
_WORK: Table = {
    S.NEW: {
        E.START: S.IN_PROGRESS,
        E.ASK_CUSTOMER: S.WAITING_CUSTOMER,
        E.CUSTOMER_ANSWERED: S.NEW,
        E.CANCEL: S.CANCELLED,
    },
    S.IN_PROGRESS: {
        E.ASK_CUSTOMER: S.WAITING_CUSTOMER,
        E.CUSTOMER_ANSWERED: S.IN_PROGRESS,
        E.HAND_ON: S.WAITING_OTHERS,
        E.CANCEL: S.CANCELLED,
    },
    S.WAITING_CUSTOMER: {
        E.START: S.IN_PROGRESS,
        E.CUSTOMER_ANSWERED: S.IN_PROGRESS,
        E.CANCEL: S.CANCELLED,
    },
    S.WAITING_OTHERS: {
        E.CAME_BACK: S.IN_PROGRESS,
        E.ASK_CUSTOMER: S.WAITING_CUSTOMER,
        E.CUSTOMER_ANSWERED: S.WAITING_OTHERS,
        E.CANCEL: S.CANCELLED,
    },
}
_RESOLVABLE: Table = {state: {E.RESOLVE: S.RESOLVED} for state in _WORK}
_REJECTABLE: Table = {
    S.REJECTED: {E.CLOSE: S.CLOSED, E.REOPEN: S.IN_PROGRESS, E.CUSTOMER_ANSWERED: S.IN_PROGRESS}
}


def _joined(*tables: Table) -> Table:
    """One table with the rows of all, in the order of `State`."""
    return {
        state: {event: to for table in tables for event, to in table.get(state, {}).items()}
        for state in State
        if any(state in table for table in tables)
    }


_PLAIN = _joined(_WORK, _RESOLVABLE, _AFTER_THE_END)

TABLES: Mapping[Kind, Table] = {
    Kind.INFORMATION: _PLAIN,
    Kind.SERVICE: _joined(
        _PLAIN,
        {
            S.IN_PROGRESS: {E.SCHEDULE: S.SCHEDULED},
            S.SCHEDULED: {
                E.SCHEDULE: S.SCHEDULED,
                E.VISIT_DONE: S.IN_PROGRESS,
                E.ASK_CUSTOMER: S.WAITING_CUSTOMER,
                E.CUSTOMER_ANSWERED: S.SCHEDULED,
                E.RESOLVE: S.RESOLVED,
                E.CANCEL: S.CANCELLED,
            },
        },
    ),
    Kind.CHARGE: _joined(
        _WORK,
        {
            S.IN_PROGRESS: {E.REQUEST_APPROVAL: S.AWAITING_APPROVAL, E.REJECT: S.REJECTED},
            S.AWAITING_APPROVAL: {
                E.APPROVE: S.APPROVED,
                E.REJECT: S.REJECTED,
                E.ASK_CUSTOMER: S.WAITING_CUSTOMER,
                E.CUSTOMER_ANSWERED: S.AWAITING_APPROVAL,
                E.CANCEL: S.CANCELLED,
            },
            S.APPROVED: {E.PAY: S.RESOLVED, E.CUSTOMER_ANSWERED: S.APPROVED},
        },
        _REJECTABLE,
        _AFTER_THE_END,
    ),
    Kind.ACCOUNT: _PLAIN,
    Kind.WARRANTY: _joined(
        _WORK,
        {
            S.IN_PROGRESS: {E.INSPECT: S.INSPECTING, E.REJECT: S.REJECTED},
            S.INSPECTING: {
                E.ACCEPT: S.ACCEPTED,
                E.REJECT: S.REJECTED,
                E.ASK_CUSTOMER: S.WAITING_CUSTOMER,
                E.CUSTOMER_ANSWERED: S.INSPECTING,
                E.CANCEL: S.CANCELLED,
            },
            S.ACCEPTED: {E.RESOLVE: S.RESOLVED, E.CUSTOMER_ANSWERED: S.ACCEPTED},
        },
        _REJECTABLE,
        _AFTER_THE_END,
    ),
    Kind.HELP: _PLAIN,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One value that cases of a kind have. `type`: text, money (whole smallest units), date (ISO 8601), choice."""

    key: str
    type: str = "text"
    choices: tuple[str, ...] = ()
    needed_for: frozenset[Event] = frozenset()
    """What cannot happen while it is empty."""


FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.INFORMATION: (Field("topic"), Field("answer_by", "choice", ("phone", "email", "letter"))),
    Kind.SERVICE: (
        Field("address", needed_for=frozenset({E.SCHEDULE})),
        Field("product"),
        Field("fault"),
        Field("visit_on", "date", needed_for=frozenset({E.SCHEDULE})),
    ),
    Kind.CHARGE: (
        Field("amount", "money", needed_for=frozenset({E.REQUEST_APPROVAL})),
        Field("invoice"),
        Field(
            "refund_reason",
            "choice",
            ("overcharge", "duplicate", "not_delivered", "goodwill"),
            frozenset({E.REQUEST_APPROVAL}),
        ),
        Field("payment_reference", needed_for=frozenset({E.PAY})),
    ),
    Kind.ACCOUNT: (
        Field("about", "choice", ("order", "dispatch", "invoice", "payment"), frozenset({E.RESOLVE})),
        Field("document"),
    ),
    Kind.WARRANTY: (
        Field("product", needed_for=frozenset({E.INSPECT})),
        Field("serial"),
        Field("bought_on", "date", needed_for=frozenset({E.ACCEPT})),
        Field("defect", needed_for=frozenset({E.INSPECT})),
        Field("remedy", "choice", ("repair", "replacement", "refund"), frozenset({E.RESOLVE})),
    ),
    Kind.HELP: (Field("topic"), Field("tried")),
}


def kind_of(word: str) -> Kind:
    """The kind of that name. Raises Refusal."""
    try:
        return Kind(word)
    except ValueError:
        raise Refusal(
            "wrong_case_kind", f"{word!r} is no kind of case: use one of {', '.join(Kind)}"
        ) from None


def events_in(kind: Kind, state: State) -> list[Event]:
    """What may happen now, in the order of the table."""
    return list(TABLES[kind][state])


def after(kind: Kind, state: State, word: str) -> State:
    """The state after an event. Raises Refusal when this cannot happen now."""
    for event, to in TABLES[kind][state].items():
        if event == word:
            return to
    possible = ", ".join(events_in(kind, state))
    raise Refusal(
        "case_step", f"{word!r} cannot happen to a {kind} case that is {state}: choose from {possible}"
    )


def missing(kind: Kind, event: str, fields: Mapping[str, Any]) -> list[str]:
    """The fields that are empty and needed for this event."""
    return [one.key for one in FIELDS[kind] if event in one.needed_for and fields.get(one.key) in (None, "")]


def checked(kind: Kind, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, each of its type; empty ones are left out. Raises ConfigError with every mistake."""
    known = {one.key: one for one in FIELDS[kind]}
    mistakes = [
        Mistake(f"fields.{key}", f"a {kind} case has no such field: use {', '.join(known)}")
        for key in fields
        if key not in known
    ]
    for key, value in fields.items():
        if key in known and value not in (None, "") and (complaint := _complaint(known[key], value)):
            mistakes.append(Mistake(f"fields.{key}", complaint))
    if mistakes:
        raise ConfigError(mistakes)
    return {key: value for key, value in fields.items() if value not in (None, "")}


def _complaint(field: Field, value: Any) -> str | None:
    match field.type:
        case "money" if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            return "write a whole amount above 0, in the currency's smallest unit"
        case "choice" if value not in field.choices:
            return f"choose one of {', '.join(field.choices)}"
        case "date" if not _is_date(value):
            return "write a day as 2026-07-31"
        case "text" if not isinstance(value, str):
            return "write a text"
    return None


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False
