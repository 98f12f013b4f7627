"""How cases look to a browser or a program."""

from collections.abc import Sequence
from typing import Any

import msgspec

from agent_console.principal import Principal
from agent_console.roles import Permission
from crm_core.base import NEVER_AT
from crm_core.case_flow import DECISIONS, TABLES, Event, Kind, State, missing
from crm_core.cases import Case, CaseEntry


class CaseInShort(msgspec.Struct, kw_only=True):
    """A row of the work list. `next_due_at` None: nothing is due, the clock stands or the case has ended."""

    id: int
    version: int
    kind: str
    state: str
    is_open: bool
    priority: str
    subject: str
    customer_id: int | None
    customer: str | None
    value_class: str | None
    assignee: str | None
    team: str | None
    channel: str
    reason: str | None
    parent_id: int | None
    is_outage: bool
    opened_at: float
    updated_at: float
    respond_by_at: float | None
    due_at: float | None
    next_due_at: float | None
    escalation_level: int
    reopened_count: int


class CasePage(msgspec.Struct, kw_only=True):
    """Some rows of the list. `next`: cursor of the next page; None: there is none."""

    items: list[CaseInShort]
    next: str | None
    now: float


class Step(msgspec.Struct, kw_only=True):
    """What may happen to the case now. `allowed`: whether this person may do it; `needs`: fields still empty."""

    event: str
    to: str
    allowed: bool
    needs: list[str]


class Entry(msgspec.Struct, kw_only=True):
    """One line of a case's history, see `crm_core.cases.CaseEntry`."""

    id: int
    at: float
    by: str
    what: str
    text: str
    details: dict[str, Any]


class CaseWhole(CaseInShort, kw_only=True):
    """Everything about one case. `clock_used_seconds`: open seconds used when the clock last changed."""

    description: str
    origin: str
    contact_id: str | None
    contacts: list[str]
    fields: dict[str, Any]
    solution: str
    opened_by: str
    responded_at: float | None
    resolved_at: float | None
    closed_at: float | None
    resolve_seconds: float
    clock_used_seconds: float
    clock_since: float | None
    steps: list[Step]
    children: list[CaseInShort]
    history: list[Entry]


def _row(found: Case) -> dict[str, Any]:
    own = (field.name for field in msgspec.structs.fields(CaseInShort))
    derived = {
        "customer": found.customer.display_name if found.customer else None,
        "value_class": found.customer.value_class if found.customer else None,
        "next_due_at": None if found.next_due_at >= NEVER_AT else found.next_due_at,
    }
    return {name: getattr(found, name) for name in own if name not in derived} | derived


def in_short(found: Case) -> CaseInShort:
    """The case as a row of a list."""
    return CaseInShort(**_row(found))


def whole(
    found: Case,
    who: Principal,
    *,
    contacts: Sequence[str],
    children: Sequence[Case],
    history: Sequence[CaseEntry],
) -> CaseWhole:
    """The case with what this person may do with it now."""
    names = ("description", "origin", "contact_id", "fields", "solution", "opened_by", "responded_at")
    more = ("resolved_at", "closed_at", "resolve_seconds", "clock_since")
    return CaseWhole(
        **_row(found),
        **{name: getattr(found, name) for name in (*names, *more)},
        clock_used_seconds=found.used_seconds,
        contacts=list(contacts),
        steps=_steps(found, who),
        children=[in_short(child) for child in children],
        history=[entry_of(entry) for entry in history],
    )


def entry_of(entry: CaseEntry) -> Entry:
    """One line of the history."""
    return Entry(
        id=entry.id, at=entry.at, by=entry.by, what=entry.what, text=entry.text, details=entry.details
    )


def _steps(found: Case, who: Principal) -> list[Step]:
    kind, decides = Kind(found.kind), who.may(Permission.DECIDE_CASES)
    return [
        Step(
            event=event,
            to=to,
            allowed=_may(event, decides=decides),
            needs=missing(kind, event, found.fields),
        )
        for event, to in TABLES[kind][State(found.state)].items()
    ]


def _may(event: Event, *, decides: bool) -> bool:
    return decides or event not in DECISIONS
