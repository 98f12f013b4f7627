"""A journalled day rehearsed with another profile or flow: begun, watched, stopped, and what would have differed.

The work is done by a child of the jobs process; one rehearsal at a time for each company.
"""

from typing import Any, Literal

import msgspec

from agent_console.api_flows import FAMILIES, version_text
from agent_console.listing import Listing, PageQuery, page_of
from agent_console.operations import Call, Operations
from agent_console.rehearsal_tables import rehearsal_table
from agent_console.report_files import Format, table_file
from agent_console.roles import Permission
from crm_core.administration import queue_profile
from ctiserver.core.errors import ConfigError, NotFound
from ctiserver.core.rehearsals import (
    Difference,
    FlowChange,
    ProfileChange,
    Rehearsal,
    RehearsalQuestion,
    RehearsalState,
)

READ, BEGIN = Permission.READ_INTERACTIONS, Permission.COMMAND_AGENTS
(_FLOWS, _) = FAMILIES


class FlowVersionAsked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A version of a flow, as `GET /configuration/flows` lists them."""

    name: str
    number: int


class RehearsalAsked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A local day like 2026-11-23, queues by key with what changes, and a flow's version; or only one of the two."""

    day: str
    queues: dict[str, ProfileChange] = {}
    flow: FlowVersionAsked | None = None


class RehearsalTold(msgspec.Struct, kw_only=True):
    """How it goes or went. The `differing` contacts are listed by themselves, so `found` comes without them."""

    rehearsal: RehearsalState
    differing: int


class RehearsalExport(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which table, and as what."""

    table: Literal["figures", "ends", "contacts"]
    format: Format = "csv"


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("POST", "/rehearsal", BEGIN, "Rehearse a day with another profile or flow")
    def begin_rehearsal(call: Call, body: RehearsalAsked) -> RehearsalTold:
        if mistakes := list(queue_profile.rehearsed(body.queues)):
            raise ConfigError(mistakes)
        flow = body.flow
        text = version_text(call, _FLOWS, flow.name, flow.number) if flow else ""
        asked = RehearsalQuestion(
            account_id=call.principal.account_id,
            day=body.day,
            queues=body.queues,
            flow=FlowChange(name=flow.name, text=text, version=flow.number) if flow else None,
        )
        return _told(_ask(call, "rehearse", asked))

    @add("GET", "/rehearsal", READ, "How the last rehearsal goes, and its figures side by side")
    def rehearsal(call: Call) -> RehearsalTold:
        return _told(_state(call))

    @add("DELETE", "/rehearsal", BEGIN, "Stop the rehearsal that is running")
    def cancel_rehearsal(call: Call) -> RehearsalTold:
        return _told(_ask(call, "cancel_rehearsal", _of(call)))

    @add(
        "GET", "/rehearsal/contacts", READ, "The contacts that would have gone otherwise, in the day's order"
    )
    def rehearsal_contacts(call: Call, query: PageQuery) -> Listing[Difference]:
        found = _state(call).found
        return page_of(found.differences if found else (), lambda one: one.contact, query.cursor, query.limit)

    @add("GET", "/rehearsal/export", READ, "A rehearsal's figures or contacts as CSV or XLSX")
    def export_rehearsal(call: Call, query: RehearsalExport) -> Any:
        table = rehearsal_table(_found(call), query.table, call.principal.language)
        return table_file(table, f"rehearsal-{query.table}", query.format)


def _of(call: Call) -> dict[str, int]:
    return {"account_id": call.principal.account_id}


def _ask(call: Call, kind: str, body: object) -> RehearsalState:
    answer = call.services.engines.ask_job(kind, msgspec.json.encode(body))
    return msgspec.json.decode(answer, type=RehearsalState)


def _state(call: Call) -> RehearsalState:
    return _ask(call, "rehearsal", _of(call))


def _found(call: Call) -> Rehearsal:
    found = _state(call).found
    if found is None:
        raise NotFound("there is no rehearsal that is done: begin one first")
    return found


def _told(state: RehearsalState) -> RehearsalTold:
    found = state.found
    if found is None:
        return RehearsalTold(rehearsal=state, differing=0)
    short = msgspec.structs.replace(found, differences=())
    return RehearsalTold(
        rehearsal=msgspec.structs.replace(state, found=short), differing=len(found.differences)
    )
