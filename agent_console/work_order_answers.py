"""How work orders look to a browser or a program."""

from typing import Any, ClassVar

import msgspec

from agent_console.visit_answers import VisitOf, visit_of
from crm_core.attachments import Attachment
from crm_core.base import NEVER_AT
from crm_core.work_orders import order_files, order_history, stock, work_orders
from crm_core.work_orders.order_flow import EXPIRED_AFTER_SECONDS, TABLE, State
from crm_core.work_orders.order_history import WorkOrderEntry
from crm_core.work_orders.parts import Part
from crm_core.work_orders.visit_record import Visit, visits_of
from crm_core.work_orders.work_orders import WorkOrder, WorkOrderClosing


class OrderInShort(msgspec.Struct, kw_only=True):
    """A row of a list or a card of the board. `late`: open and past its window; `due_until_at` None: it has none.

    `expired`: late for a week. `by_phone`: the customer booked it in a call; `visit_answer`: what he last said of it.
    """

    id: int
    version: int
    kind: str
    state: str
    is_open: bool
    priority: str
    subject: str
    address: str
    area: str
    due_from_at: float | None
    due_until_at: float | None
    late: bool
    expired: bool
    by_phone: bool
    visit_answer: str | None
    customer_id: int | None
    customer: str | None
    case_id: int | None
    parent_id: int | None
    technician: str | None
    closing: str | None
    closings: int
    created_at: float
    updated_at: float
    assigned_at: float | None
    set_out_at: float | None
    arrived_at: float | None
    reopened_at: float | None
    closed_at: float | None


class OrderPage(msgspec.Struct, kw_only=True):
    """Some rows of the list. `next`: cursor of the next page; None: there is none."""

    items: list[OrderInShort]
    next: str | None
    now: float


class ClosingOf(msgspec.Struct, kw_only=True):
    """One closing of an order, see `crm_core.work_orders.work_orders.WorkOrderClosing`."""

    ordinal: int
    code: str
    at: float
    by: str
    technician: str | None
    way: str
    contact_id: str | None
    note: str
    flags: list[str]
    follow_up_id: int | None
    reopened_at: float | None
    survey: str | None
    solved: bool | None
    grade: int | None
    comment: str
    answered_at: float | None


class OrderEntry(msgspec.Struct, kw_only=True):
    """One line of an order's history."""

    id: int
    at: float
    by: str
    way: str
    what: str
    text: str
    details: dict[str, Any]


class OrderFile(msgspec.Struct, kw_only=True):
    """A photo or a spoken note: the customer's attachment with that number."""

    number: int
    name: str
    content_type: str
    size_bytes: int
    known_at: float


class PartUsed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """So many of a part were used. `part`: its key."""

    part: str
    quantity: int = 1


class OrderWhole(OrderInShort, kw_only=True):
    """Everything about one order, and what may happen to it now."""

    more_than_its_row: ClassVar[bool] = True

    description: str
    contract_id: int | None
    warranty_id: int | None
    created_by: str
    verified_at: float | None
    visit: VisitOf | None
    steps: list[str]
    used: list[PartUsed]
    files: list[OrderFile]
    closed: list[ClosingOf]
    history: list[OrderEntry]


class MyOrder(msgspec.Struct, kw_only=True):
    """An order as its technician sees it: what he needs there, and nothing of what the customer is worth."""

    more_than_its_row: ClassVar[bool] = True

    id: int
    version: int
    kind: str
    state: str
    is_open: bool
    priority: str
    subject: str
    description: str
    address: str
    area: str
    due_from_at: float | None
    due_until_at: float | None
    late: bool
    customer: str | None
    in_warranty: bool
    closing: str | None
    closed_at: float | None
    steps: list[str]
    used: list[PartUsed]
    files: list[OrderFile]


class PartOf(msgspec.Struct, kw_only=True):
    """A part; `code`: its digits on the telephone."""

    key: str
    name: str
    code: str
    retired: bool


def in_short(found: WorkOrder, now: float, visit: Visit | None) -> OrderInShort:
    """The order as a row of a list, with what was agreed about its visit."""
    return OrderInShort(**_row(OrderInShort, found, now, visit=visit))


def whole(session: Any, found: WorkOrder, now: float) -> OrderWhole:
    """The order with all that hangs on it."""
    session.flush()  # the version that the answer bears is the one that was written
    account_id = found.account_id
    visit = visits_of(session, account_id, [found.id]).get(found.id)
    return OrderWhole(
        **_row(OrderInShort, found, now, visit=visit),
        visit=visit_of(session, visit, found.due_from_at),
        description=found.description,
        contract_id=found.contract_id,
        warranty_id=found.warranty_id,
        created_by=found.created_by,
        verified_at=found.verified_at,
        steps=_steps(found),
        used=_used(session, found),
        files=_files(session, found),
        closed=[closing_of(row) for row in work_orders.closings_of(session, account_id, found.id)],
        history=[entry_of(row) for row in order_history.history(session, account_id, found.id)],
    )


def mine(session: Any, found: WorkOrder, now: float) -> MyOrder:
    """The order for its technician."""
    session.flush()
    derived: dict[str, Any] = {
        "in_warranty": found.warranty_id is not None,
        "steps": _steps(found),
        "used": _used(session, found),
        "files": _files(session, found),
    }
    return MyOrder(**_row(MyOrder, found, now, *derived), **derived)


def closing_of(row: WorkOrderClosing) -> ClosingOf:
    """One closing."""
    return msgspec.convert(row, ClosingOf, from_attributes=True)


def entry_of(row: WorkOrderEntry) -> OrderEntry:
    """One line of the history."""
    return msgspec.convert(row, OrderEntry, from_attributes=True)


def file_of(row: Attachment) -> OrderFile:
    """One file."""
    return OrderFile(
        number=row.id,
        name=row.name,
        content_type=row.content_type,
        size_bytes=row.size_bytes,
        known_at=row.known_at,
    )


def part_of(row: Part) -> PartOf:
    """One part."""
    return msgspec.convert(row, PartOf, from_attributes=True)


def _row(
    shape: type[msgspec.Struct], found: WorkOrder, now: float, *without: str, visit: Visit | None = None
) -> dict[str, Any]:
    derived = {
        "customer": found.customer.display_name if found.customer else None,
        "due_until_at": None if found.due_until_at >= NEVER_AT else found.due_until_at,
        "late": found.is_open and found.due_until_at < now,
        "expired": found.is_open and found.due_until_at < now - EXPIRED_AFTER_SECONDS,
        "by_phone": visit is not None and visit.booked_in is not None,
        "visit_answer": visit.answer if visit is not None else None,
    }
    wanted = {field.name for field in msgspec.structs.fields(shape)} - set(without)
    own = {name: getattr(found, name) for name in wanted - derived.keys()}
    return own | {name: derived[name] for name in wanted & derived.keys()}


def _steps(found: WorkOrder) -> list[str]:
    return [str(event) for event in TABLE[State(found.state)]]


def _used(session: Any, found: WorkOrder) -> list[PartUsed]:
    used = stock.used_for(session, found.account_id, found.id)
    return [PartUsed(part=one.part, quantity=one.quantity) for one in used]


def _files(session: Any, found: WorkOrder) -> list[OrderFile]:
    return [file_of(row) for row in order_files.files_of(session, found.account_id, found.id)]
