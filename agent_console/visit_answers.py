"""How visits look to a browser or a program: what was agreed on the telephone, and how many there can be."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crm_core import dials
from crm_core.work_orders.visit_capacity import Places, VisitCapacity
from crm_core.work_orders.visit_record import Visit
from crm_core.work_orders.visit_slots import Slot


class VisitCall(msgspec.Struct, kw_only=True):
    """The call that asks the customer about his visit, see docs/dials.md. `refused_rule`: why he is not called."""

    state: str
    attempts: int
    next_at: float
    result: str | None
    refused_rule: str | None
    refused_until: float | None


class VisitOf(msgspec.Struct, kw_only=True):
    """What was agreed about an order's visit. `booked_in`: the contact in which he booked it; None: the office did.

    `asked`: he was to be asked about the window that it has; then `call` None means that he has no number.
    `answer`: confirmed, moved, cancelled or person (he wants to talk about it); None: he has said nothing.
    """

    booked_in: str | None
    agreed_at: float | None
    answer: str | None
    answered_at: float | None
    answered_in: str | None
    asked: bool
    call: VisitCall | None


class PlacesOf(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How many visits in a half day. `weekday`: 1 is Monday; `half`: morning, afternoon; `area`, `kind` "": any."""

    weekday: int
    half: str
    places: int
    area: str = ""
    kind: str = ""


class PlacesList(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """All half days with visits; what is not in the list has none."""

    rows: list[PlacesOf]


class FreeSlot(msgspec.Struct, kw_only=True):
    """A half day on which somebody can come. `slot`: "2026-11-24.morning"."""

    slot: str
    from_at: float
    until_at: float


def visit_of(session: Any, found: Visit | None, from_at: float | None) -> VisitOf | None:
    """What was agreed about a visit that begins at `from_at`; None: nothing."""
    if found is None:
        return None
    call = session.get(dials.Dial, found.dial_id) if found.dial_id is not None else None
    return VisitOf(
        booked_in=found.booked_in,
        agreed_at=found.agreed_at,
        answer=found.answer,
        answered_at=found.answered_at,
        answered_in=found.answered_in,
        asked=found.asked_from_at is not None and found.asked_from_at == from_at,
        call=msgspec.convert(call, VisitCall, from_attributes=True) if call else None,
    )


def places_of(rows: Sequence[VisitCapacity]) -> PlacesList:
    """The rows as they are."""
    return PlacesList(rows=[msgspec.convert(row, PlacesOf, from_attributes=True) for row in rows])


def places_from(given: PlacesList) -> list[Places]:
    """The rows as somebody wants them."""
    return [Places(**msgspec.structs.asdict(row)) for row in given.rows]


def free_slot(slot: Slot, zone: Any) -> FreeSlot:
    """One free half day."""
    return FreeSlot(slot=slot.key, from_at=slot.begins_at(zone), until_at=slot.ends_at(zone))
