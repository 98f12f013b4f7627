"""Technicians, parts and stock: who carries out orders, what is used up, how much of it is where."""

from typing import Any, Literal

import msgspec

from agent_console import work_order_answers as answers
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from agent_console.work_order_answers import PartOf, TechnicianOf
from crm_core import audit
from crm_core.work_orders import order_list, parts, technicians
from crm_core.work_orders import stock as ledger

DISPATCH = Permission.DISPATCH_ORDERS


class TechnicianForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How he is found: `code` as he types it, `phone` as people write it, "": none is known."""

    code: str
    phone: str = ""
    areas: list[str] = []
    skills: list[str] = []


class NewPin(msgspec.Struct, kw_only=True):
    """A technician's PIN for the telephone, told this once only."""

    login: str
    pin: str


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
    for rows in (_people, _parts, _stock):
        rows(operations.add)


def _people(add: Add) -> None:
    @add("GET", "/technicians", Permission.WORK_ORDERS, "Technicians, and how many open orders each has")
    def list_technicians(call: Call) -> list[TechnicianOf]:
        account_id = call.principal.account_id

        def read(session: Any) -> list[TechnicianOf]:
            return answers.technicians_of(session, account_id, order_list.busy(session, account_id))

        return call.services.store.read(read)

    @add("PUT", "/technicians/{login}", DISPATCH, "Say how a technician is found: code, telephone, areas")
    def put_technician(call: Call, login: str, body: TechnicianForm) -> TechnicianOf:
        who, given = call.principal, msgspec.structs.asdict(body)

        def change(session: Any) -> TechnicianOf:
            found = technicians.put_technician(session, who.account_id, login, **given)
            _audit(session, call, "technician.change", login, given)
            return answers.technician_of(found, order_list.busy(session, who.account_id).get(login, 0))

        return call.services.store.write(change)

    @add("POST", "/technicians/{login}/pin", DISPATCH, "Give a technician a new PIN for the telephone")
    def new_technician_pin(call: Call, login: str) -> NewPin:
        who, now = call.principal, call.services.now()

        def change(session: Any) -> NewPin:
            pin = technicians.new_pin(session, who.account_id, login, now=now)
            _audit(session, call, "technician.pin", login, {})
            return NewPin(login=login, pin=pin)

        return call.services.store.write(change)


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
            _audit(session, call, "part.change", key, given)
            return answers.part_of(found)

        return call.services.store.write(change)


def _stock(add: Add) -> None:
    @add("GET", "/stock", DISPATCH, "How much of each part is where")
    def stock(call: Call, query: StockQuery) -> list[StockLevel]:
        return call.services.store.read(_levels, call.principal.account_id, query.place)

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


def _levels(session: Any, account_id: int, place: str | None) -> list[StockLevel]:
    return [
        msgspec.convert(one, StockLevel, from_attributes=True)
        for one in ledger.levels(session, account_id, place)
    ]


def _audit(session: Any, call: Call, action: str, subject: str, after: dict[str, Any]) -> None:
    who = call.principal
    audit.note(
        session,
        account_id=who.account_id,
        at=call.services.now(),
        by=who.login,
        action=action,
        subject=subject,
        after=after,
    )
