"""Records that are probably one customer: shown side by side with the evidence, decided by a person, taken back."""

from typing import Any

import msgspec

from agent_console.api_cases import number_of
from agent_console.listing import Listing, PageQuery, page_of
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from crm_core import duplicate_sides, duplicates, merges
from crm_core.duplicate_sides import SideBySide
from crm_core.duplicates import DuplicatePair
from crm_core.merges import Merge

_PAIRS_AT_MOST = 2000
"""More than these nobody decides on before they are looked for anew; the surest of them come first."""


class DuplicateSearch(msgspec.Struct, kw_only=True):
    """How the last search goes or went. `state`: none, waiting, reading, comparing, done, failed."""

    state: str
    customers: int
    new_pairs: int
    began_at: float | None
    ended_at: float | None


class Decision(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The record to keep, which the other becomes part of; None: they are two different customers."""

    keep: int | None


class DecidedPair(msgspec.Struct, kw_only=True):
    """A pair and what was decided: "open", "merged" or "different"."""

    pair_id: int
    state: str
    merge_id: int | None


class MergeOf(msgspec.Struct, kw_only=True):
    """A merge; `moved`: how many rows went to the kept record; `undone_at` None: it holds."""

    id: int
    kept_id: int
    merged_id: int
    merged_name: str
    at: float
    by: str
    moved: int
    filled: list[str]
    undone_at: float | None
    undone_by: str


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _pairs(operations.add)
    _merges(operations.add)


def _pairs(add: Add) -> None:
    @add("GET", "/duplicates", Permission.MERGE_CUSTOMERS, "Pairs that may be one customer, the surest first")
    def list_duplicates(call: Call, query: PageQuery) -> Listing[SideBySide]:
        account_id = call.principal.account_id

        def read(session: Any) -> Listing[SideBySide]:
            pairs = duplicates.open_pairs(session, account_id, _PAIRS_AT_MOST)
            page = page_of(pairs, lambda pair: pair.id, query.cursor, query.limit)
            shown = duplicate_sides.side_by_side(session, account_id, page.items)
            return Listing(items=shown, next=page.next)

        return call.services.store.read(read)

    @add("POST", "/duplicates/search", Permission.MERGE_CUSTOMERS, "Look for duplicates now")
    def search_duplicates(call: Call) -> DuplicateSearch:
        return _search(call, "search_duplicates")

    @add("GET", "/duplicates/search", Permission.MERGE_CUSTOMERS, "How the last search for duplicates goes")
    def duplicate_search(call: Call) -> DuplicateSearch:
        return _search(call, "duplicate_search")

    @add("POST", "/duplicates/{pair_id}/decision", Permission.MERGE_CUSTOMERS, "One customer, or two")
    def decide_duplicate(call: Call, pair_id: str, body: Decision) -> DecidedPair:
        return _decided(call.write(duplicates.decide, number_of(pair_id), keep=body.keep))

    @add("POST", "/duplicates/{pair_id}/undo", Permission.MERGE_CUSTOMERS, "Take a decision back")
    def reopen_duplicate(call: Call, pair_id: str) -> DecidedPair:
        return _decided(call.write(duplicates.reopen, number_of(pair_id)))


def _merges(add: Add) -> None:
    @add(
        "GET",
        "/customers/{customer_id}/merges",
        Permission.MERGE_CUSTOMERS,
        "What was merged, the latest first",
    )
    def customer_merges(call: Call, customer_id: str, query: PageQuery) -> Listing[MergeOf]:
        account_id, number = call.principal.account_id, number_of(customer_id)
        wanted = msgspec.structs.asdict(query)

        def read(session: Any) -> Listing[MergeOf]:
            page = merges.merges_of(session, account_id, number, **wanted)
            names = merges.names_of_merged(session, account_id, page.rows)
            return Listing(items=[_merge(row, names) for row in page.rows], next=page.next)

        return call.services.store.read(read)

    @add("POST", "/merges/{merge_id}/undo", Permission.MERGE_CUSTOMERS, "Part two records again")
    def undo_merge(call: Call, merge_id: str) -> MergeOf:
        who = call.principal

        def part(session: Any) -> MergeOf:
            number, now = number_of(merge_id), call.services.now()
            undone = duplicates.undo_merge(session, who.account_id, number, by=who.login, now=now)
            return _merge(undone, merges.names_of_merged(session, who.account_id, [undone]))

        return call.services.store.write(part)


def _search(call: Call, kind: str) -> DuplicateSearch:
    """What the jobs process answers. Raises NoAnswer."""
    whose = msgspec.json.encode({"account_id": call.principal.account_id})
    return msgspec.json.decode(call.services.engines.ask_job(kind, whose), type=DuplicateSearch)


def _decided(pair: DuplicatePair) -> DecidedPair:
    return DecidedPair(pair_id=pair.id, state=pair.state, merge_id=pair.merge_id)


def _merge(row: Merge, names: dict[int, str]) -> MergeOf:
    same = ("id", "kept_id", "merged_id", "at", "by", "undone_at", "undone_by")
    return MergeOf(
        **{field: getattr(row, field) for field in same},
        merged_name=names.get(row.merged_id, ""),
        moved=len(row.moved),
        filled=sorted(row.filled),
    )
