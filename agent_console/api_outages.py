"""Outages: a case that callers from some comunas are told of before anything else.

What is put here holds for the very next caller: an outage is switched on, changed and switched off by the same request.
"""

from typing import Any

import msgspec

from agent_console.api_cases import number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import cases, outages


class OutageNews(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What callers from `areas` (comunas or cities) are told while `announced`; `expected_at` None: nobody knows."""

    areas: list[str]
    expected_at: float | None = None
    announced: bool = True


class OutageOf(OutageNews, kw_only=True):
    """`told`: how many contacts heard of it; `queued`: how many of those went on to an agent's queue."""

    changed_at: float | None = None
    changed_by: str = ""
    told: int = 0
    queued: int = 0


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("GET", "/cases/{case_id}/outage", Permission.CASES, "What callers are told of a case")
    def case_outage(call: Call, case_id: str) -> OutageOf:
        account_id, number = call.principal.account_id, number_of(case_id)

        def read(session: Any) -> OutageOf:
            cases.case(session, account_id, number)
            return _whole(session, account_id, number)

        return call.services.store.read(read)

    @operations.add(
        "PUT", "/cases/{case_id}/outage", Permission.DECIDE_CASES, "Tell callers of a case, or no more"
    )
    def announce_outage(call: Call, case_id: str, body: OutageNews) -> OutageOf:
        number = number_of(case_id)

        def change(session: Any, account_id: int, **by: Any) -> OutageOf:
            outages.announce(session, account_id, number, **msgspec.structs.asdict(body), **by)
            return _whole(session, account_id, number)

        return call.write(change)


def _whole(session: Any, account_id: int, number: int) -> OutageOf:
    found = outages.outage_of(session, account_id, number)
    if found is None:
        return OutageOf(areas=[], announced=False)
    told, queued = outages.hearings(session, account_id, number)
    return OutageOf(
        areas=list(found.areas),
        expected_at=found.expected_at,
        announced=found.announced,
        changed_at=found.changed_at,
        changed_by=found.changed_by,
        told=told,
        queued=queued,
    )
