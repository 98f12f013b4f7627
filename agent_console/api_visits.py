"""Visits for the office: how many there can be in each half day, and which half days are free."""

from datetime import date
from typing import Any

import msgspec

from agent_console import visit_answers as answers
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from agent_console.visit_answers import FreeSlot, PlacesList
from crm_core.work_orders import visit_capacity


class SlotQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """For which work where; `from_day`: none before it; at most `limit`."""

    kind: str
    area: str = ""
    from_day: date | None = None
    limit: int = 6


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _capacity(operations.add)
    _slots(operations.add)


def _capacity(add: Add) -> None:
    @add("GET", "/visit-capacity", Permission.WORK_ORDERS, "How many visits there can be in each half day")
    def visit_capacity_rows(call: Call) -> PlacesList:
        rows = call.services.store.read(visit_capacity.capacity, call.principal.account_id)
        return answers.places_of(rows)

    @add("PUT", "/visit-capacity", Permission.DISPATCH_ORDERS, "Say how many visits there can be")
    def put_visit_capacity(call: Call, body: PlacesList) -> PlacesList:
        return answers.places_of(call.write(visit_capacity.put_capacity, answers.places_from(body)))


def _slots(add: Add) -> None:
    @add("GET", "/visit-slots", Permission.WORK_ORDERS, "The nearest half days on which somebody can come")
    def visit_slots(call: Call, query: SlotQuery) -> list[FreeSlot]:
        account_id, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> list[FreeSlot]:
            found = visit_capacity.free_slots(
                session,
                account_id,
                area=query.area,
                kind=query.kind,
                now=now,
                first_day=query.from_day,
                at_most=max(1, min(query.limit, 60)),
            )
            zone = visit_capacity.zone_of(session, account_id)
            return [answers.free_slot(slot, zone) for slot in found]

        return call.services.store.read(read)
