"""The timeline: everything that happened with a customer, the latest first, as one query.

Each kind of record gives its part (`timeline_entry.entry`). Every part is cut to one page before the parts are merged,
so that a page costs the same however long the story is. Whoever adds a kind of record adds its part to PARTS.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from crm_core import (
    activities,
    attachments,
    cases,
    contracts,
    customer_notes,
    deliveries,
    devices,
    dials,
    interactions,
    invoices,
    lifecycle,
    orders,
    payables,
    payments,
    products,
    warranties,
)
from crm_core.paging import PAGE_AT_MOST, Page, decode, encode
from crm_core.permission import consents
from crm_core.scripts import script_runs
from crm_core.work_orders import work_orders
from ctiserver.core.errors import Refusal

PARTS: dict[str, Select[Any]] = {
    "contact": interactions.TIMELINE,
    "consent": consents.TIMELINE,
    "note": customer_notes.TIMELINE,
    "stage": lifecycle.TIMELINE,
    "attachment": attachments.TIMELINE,
    "product": products.TIMELINE,
    "contract": contracts.TIMELINE,
    "invoice": invoices.TIMELINE,
    "payment": payments.TIMELINE,
    "order": orders.TIMELINE,
    "delivery": deliveries.TIMELINE,
    "device": devices.TIMELINE,
    "dial": dials.TIMELINE,
    "warranty": warranties.TIMELINE,
    "payable": payables.TIMELINE,
    "case": cases.TIMELINE,
    "activity": activities.TIMELINE,
    "work_order": work_orders.TIMELINE,
    "answer": script_runs.TIMELINE,
}
"""By kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. `key` is "kind:id"; `amount_minor` None: it is not about money."""

    kind: str
    key: str
    at: float
    title: str | None
    detail: str | None
    by: str | None
    amount_minor: int | None
    currency: str | None


def timeline(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    kinds: Collection[str] = (),
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Entry]:
    """A page of the customer's timeline, of all kinds or of these. Raises Refusal for an unknown kind or cursor."""
    if unknown := sorted(set(kinds) - PARTS.keys()):
        raise Refusal("no_such_kind", f"the timeline has no {unknown[0]!r}: choose of {', '.join(PARTS)}")
    limit = min(max(limit, 1), PAGE_AT_MOST)
    values: dict[str, Any] = {"account_id": account_id, "customer_id": customer_id, "lines": limit + 1}
    if cursor is not None:
        values["before_at"], values["before_key"] = decode(cursor, [float, str])
    wanted = tuple(kind for kind in PARTS if not kinds or kind in kinds)
    lines = [Entry(**row) for row in session.execute(_query(wanted, cursor is not None), values).mappings()]
    if len(lines) <= limit:
        return Page(lines)
    last = lines[limit - 1]
    return Page(lines[:limit], encode([last.at, last.key]))


@cache  # SQLAlchemy recognises a statement that it has seen; to build and compile one of so many parts takes long
def _query(kinds: tuple[str, ...], behind: bool) -> Select[Any]:
    cut = [_cut(PARTS[kind], behind) for kind in kinds]
    merged = union_all(*(select(part) for part in cut)).subquery()
    return select(merged).order_by(merged.c.at.desc(), merged.c.key.desc()).limit(bindparam("lines"))


def _cut(part: Select[Any], behind: bool) -> Any:
    """The newest lines of one kind: through its index, never more than a page."""
    columns = part.selected_columns
    if behind:
        at: Any = bindparam("before_at")
        key: Any = bindparam("before_key")
        part = part.where(columns.at <= at, or_(columns.at < at, and_(columns.at == at, columns.key < key)))
    at_name: Any = literal_column("at")
    key_name: Any = literal_column("key")
    return part.order_by(at_name.desc(), key_name.desc()).limit(bindparam("lines")).subquery()
