"""Filters of the work list under names: one's own, and those of everybody."""

from typing import Any

import msgspec

from agent_console.api_cases import CaseQuery, number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import case_list
from ctiserver.core.errors import Refusal


class FilterOf(msgspec.Struct, kw_only=True):
    """A saved filter; `query` is that of GET /cases."""

    id: int
    name: str
    shared: bool
    query: dict[str, Any]


class NewFilter(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A filter under a name; `shared`: for everybody, which only those may who decide on cases."""

    name: str
    query: CaseQuery
    shared: bool = False


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/case-filters", Permission.CASES, "My saved filters, and those of all")
    def case_filters(call: Call) -> list[FilterOf]:
        who = call.principal
        return call.services.store.read(
            lambda session: [
                _filter(row) for row in case_list.saved_filters(session, who.account_id, who.login)
            ]
        )

    @add("POST", "/case-filters", Permission.CASES, "Save a filter under a name")
    def save_case_filter(call: Call, body: NewFilter) -> FilterOf:
        who = call.principal
        if body.shared:
            who.need(Permission.DECIDE_CASES)
        owner = None if body.shared else who.login
        query = msgspec.to_builtins(body.query)
        saved = call.services.store.write(
            case_list.save_filter, who.account_id, owner=owner, name=body.name, query=query
        )
        return _filter(saved)

    @add("DELETE", "/case-filters/{filter_id}", Permission.CASES, "Forget a saved filter")
    def remove_case_filter(call: Call, filter_id: str) -> dict[str, Any]:
        who, number = call.principal, number_of(filter_id)

        def remove(session: Any) -> dict[str, Any]:
            found = case_list.saved_filter(session, who.account_id, number)
            if found.owner != who.login and not (found.owner is None and who.may(Permission.DECIDE_CASES)):
                raise Refusal("not_your_filter", "this filter is not yours: ask who decides on cases")
            case_list.remove_filter(session, who.account_id, number)
            return {}

        return call.services.store.write(remove)


def _filter(row: case_list.SavedFilter) -> FilterOf:
    return FilterOf(id=row.id, name=row.name, shared=row.owner is None, query=row.query)
