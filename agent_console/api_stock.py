"""Parts and stock: what technicians use up, how much of it is where, and what moved. Technicians: `api_technicians`."""

from typing import Any, Literal

import msgspec

from agent_console import work_order_answers as answers
from agent_console.api_technicians import note_change
from agent_console.listing import Listing, PageQuery, listing
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from agent_console.work_order_answers import PartOf
from crm_core.work_orders import parts
from crm_core.work_orders import stock as ledger
from crm_core.work_orders import stock_ledger as entries
from crm_core.work_orders.stock import StockMovement

DISPATCH = Permission.DISPATCH_ORDERS


class PartForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A part. `code`: 1 to 4 digits, for the telephone."""

    name: str
    code: str
    retired: bool = False


class StockQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`place`: "store", or a technician's login for his van; None: everywhere."""

    place: str | None = None


class StockLevel(msgspec.Struct, kw_only=True):
    """What a place has of a part by the ledger; below zero it has to be counted."""

    place: str
    part: str
    name: str
    quantity: int


class LedgerQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """Of which place and part; None: all."""

    place: str | None = None
    part: str | None = None


class StockEntry(msgspec.Struct, kw_only=True):
    """A movement: so many came to the place (above zero) or left it; `order_id`: what it was used for."""

    id: int
    at: float
    by: str
    why: str
    place: str
    part: str
    name: str
    quantity: int
    order_id: int | None


class StockMove(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """received, given_back: came to `place`; counted: so many were found there; moved: from `place` to `to`.

    `key`: the sender's own; told twice under one key it is booked once.
    """

    what: Literal["received", "counted", "moved", "given_back"]
    part: str
    quantity: int
    key: str
    place: str = ledger.STORE
    to: str = ledger.STORE


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_parts, _stock):
        rows(operations.add)


def _parts(add: Add) -> None:
    @add("GET", "/parts", Permission.WORK_ORDERS, "Parts that technicians use up")
    def list_parts(call: Call) -> list[PartOf]:
        account_id = call.principal.account_id
        return call.services.store.read(
            lambda session: [answers.part_of(one) for one in parts.parts_of_account(session, account_id)]
        )

    @add("PUT", "/parts/{key}", DISPATCH, "Add or change a part")
    def put_part(call: Call, key: str, body: PartForm) -> PartOf:
        account_id, given = call.principal.account_id, msgspec.structs.asdict(body)

        def change(session: Any) -> PartOf:
            found = parts.put_part(session, account_id, key, **given)
            note_change(session, call, "part.change", key, given)
            return answers.part_of(found)

        return call.services.store.write(change)


def _stock(add: Add) -> None:
    @add("GET", "/stock", DISPATCH, "How much of each part is where")
    def stock(call: Call, query: StockQuery) -> list[StockLevel]:
        return call.services.store.read(_levels, call.principal.account_id, query.place)

    @add("GET", "/stock-movements", DISPATCH, "The ledger of parts: the latest movement first")
    def stock_ledger(call: Call, query: LedgerQuery) -> Listing[StockEntry]:
        account_id = call.principal.account_id

        def read(session: Any) -> Listing[StockEntry]:
            known = entries.parts_by_id(session, account_id)
            found = entries.movements(
                session,
                account_id,
                place=query.place,
                part_key=query.part,
                cursor=query.cursor,
                limit=query.limit,
            )
            return listing(found, lambda row: _entry(row, known[row.part_id]))

        return call.services.store.read(read)

    @add("POST", "/stock-movements", DISPATCH, "Parts came, went, were counted or given back")
    def stock_movement(call: Call, body: StockMove) -> list[StockLevel]:
        who, now = call.principal, call.services.now()

        def change(session: Any) -> list[StockLevel]:
            by: dict[str, Any] = {"key": f"stock.{body.key}", "by": who.login, "now": now}
            given = session, who.account_id, body.part, body.quantity
            for place in {body.place, body.to}:
                ledger.check_place(session, who.account_id, place)
            match body.what:
                case "counted":
                    ledger.count(*given, place=body.place, **by)
                case "moved":
                    ledger.hand_over(*given, source=body.place, target=body.to, **by)
                case why:
                    ledger.receive(*given, place=body.place, why=why, **by)
            return _levels(session, who.account_id, None)

        return call.services.store.write(change)


def _entry(row: StockMovement, part: parts.Part) -> StockEntry:
    return StockEntry(
        id=row.id,
        at=row.at,
        by=row.by,
        why=row.why,
        place=row.place,
        part=part.key,
        name=part.name,
        quantity=row.quantity,
        order_id=row.order_id,
    )


def _levels(session: Any, account_id: int, place: str | None) -> list[StockLevel]:
    return [
        msgspec.convert(one, StockLevel, from_attributes=True)
        for one in ledger.levels(session, account_id, place)
    ]
