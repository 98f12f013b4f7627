"""How well problems are solved: calls to resolve, first contact resolution, what was asked twice."""

from typing import Any

import msgspec

from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import asked_twice, resolution
from crm_core.episodes import WINDOW_DAYS


class Span(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded. `window_days`: the W of an episode."""

    from_at: float
    until_at: float
    window_days: float = WINDOW_DAYS


class ResolutionFigures(msgspec.Struct, kw_only=True):
    """Over closed episodes, see `crm_core.episodes`; None: there is none. `by_class`: of each value class."""

    window_days: float
    closed: int
    censored: int
    calls_to_resolve: float | None
    calls_to_resolve_p90: int | None
    first_contact_resolution: float | None
    by_class: "dict[str, ResolutionOfClass]" = {}


class ResolutionOfClass(msgspec.Struct, kw_only=True):
    """The same of one value class, "" where nobody knew it; `closed` is how many episodes its figures are of."""

    closed: int
    censored: int
    calls_to_resolve: float | None
    calls_to_resolve_p90: int | None
    first_contact_resolution: float | None


class AskedTwiceFigures(msgspec.Struct, kw_only=True):
    """What was asked although it was known. `index` None: nothing was asked."""

    asked: int
    known_by_contact: int
    known_by_store: int
    index: float | None
    by_fact: list[tuple[str, int]]


class Asked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A value that a script or form asked of a customer. `fact`: a field of his record, "custom.KEY" or a word."""

    contact_id: str
    fact: str
    asked_by: str
    customer_id: int | None = None


class Known(msgspec.Struct, kw_only=True):
    """Who knew it: contact, store; None: it was news."""

    known_by: str | None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/reports/resolution", Permission.READ_INTERACTIONS, "Calls to resolve, and FCR")
    def resolution_figures(call: Call, query: Span) -> ResolutionFigures:
        store, who = call.services.store, call.principal.account_id
        span = {"now": call.services.now()} | msgspec.structs.asdict(query)
        told = msgspec.convert(
            store.read(resolution.resolution_of, who, **span), ResolutionFigures, from_attributes=True
        )
        classes = store.read(resolution.resolution_by_class, who, **span)
        told.by_class = msgspec.convert(classes, dict[str, ResolutionOfClass], from_attributes=True)
        return told

    @add("GET", "/reports/asked-twice", Permission.READ_INTERACTIONS, "What is asked although it is known")
    def asked_twice_figures(call: Call, query: Span) -> AskedTwiceFigures:
        found = call.services.store.read(
            asked_twice.asked_twice, call.principal.account_id, query.from_at, query.until_at
        )
        return msgspec.convert(found, AskedTwiceFigures, from_attributes=True)

    @add("POST", "/askings", Permission.OWN_DESK, "A script or form asked a customer for something")
    def note_asked(call: Call, body: Asked) -> Known:
        fields: dict[str, Any] = msgspec.structs.asdict(body)
        row = call.services.store.write(
            asked_twice.note_asked, call.principal.account_id, at=call.services.now(), **fields
        )
        return Known(known_by=row.known_by)
