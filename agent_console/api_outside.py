"""Calls outside: the ledger of what was called and what it cost, and the saved numbers that agents choose from."""

from typing import Any

import msgspec

from agent_console.api_desk import Accepted, ask_for
from agent_console.api_supervision import noted
from agent_console.listing import Listing, PageQuery, listing
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import outside_calls
from crm_core.outside_rules import numbers_of_account


class OutsideQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """`agent`: whose calls, "" everybody's; `contact`: of which contact, "" of any; `result` "": however they ended.

    `from_at`, `until_at`: when they were dialled, UTC epoch seconds, the second excluded; None: no such bound.
    """

    agent: str = ""
    contact: str = ""
    result: str = ""
    from_at: float | None = None
    until_at: float | None = None


class OutsideCall(msgspec.Struct, kw_only=True):
    """A call that is over, or was refused. `id`: the channel; `result`: answered, or why not; `seconds`: talked.

    `cost_minor` in the currency's smallest unit; `trunk` "": nobody answered. `agent` None: nobody asked for it.
    `contact` "": it was refused, as `result` says: by the rules or a limit (outside_closed, outside_cap_person,
    outside_cap_account), or because the customer must not be called (not_permitted).
    """

    id: str
    contact: str
    agent: str | None
    number: str
    dialed_at: float
    ended_at: float
    result: str
    seconds: float
    cost_minor: int
    trunk: str
    sip_code: int


class SavedNumber(msgspec.Struct, kw_only=True):
    """A number that everybody may choose; whether he may call it, the rules say when he does."""

    name: str
    number: str


class Lift(msgspec.Struct, kw_only=True):
    """`agent`: whose limit, None the whole account's; `reason` stays in the record."""

    reason: str
    agent: str | None = None
    request_id: str | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/outside-calls", Permission.READ_INTERACTIONS, "Calls to numbers outside, the newest first")
    def outside_call_list(call: Call, query: OutsideQuery) -> Listing[OutsideCall]:
        account_id, wanted = call.principal.account_id, msgspec.structs.asdict(query)

        def read(session: Any) -> Listing[OutsideCall]:
            return listing(outside_calls.newest(session, account_id, **wanted), _row)

        return call.services.store.read(read)

    @add(
        "POST",
        "/outside-calls/lift",
        Permission.LIFT_LIMITS,
        "Let calls outside go on today: once more what the tripped limit allows",
    )
    def lift_outside_cap(call: Call, body: Lift) -> Accepted:
        asked = ask_for(call, "LiftOutsideCap", {"agent": body.agent, "reason": body.reason}, body.request_id)
        subject = f"agent {body.agent}" if body.agent else "account"
        return noted(call, "outside_cap.lift", subject, {"reason": body.reason}, asked)

    @add("GET", "/me/saved-numbers", Permission.OWN_DESK, "Numbers outside that are saved for everybody")
    def my_saved_numbers(call: Call) -> list[SavedNumber]:
        def read(session: Any) -> list[SavedNumber]:
            rows = numbers_of_account(session, call.principal.account_id)
            return [SavedNumber(name=row.name, number=row.number) for row in rows]

        return call.services.store.read(read)


def _row(row: outside_calls.OutsideCall) -> OutsideCall:
    return msgspec.convert(row, OutsideCall, from_attributes=True)
