"""What people do with work orders: make one, assign it, take a step, change it, write to it.

Each function is one unit of work: the order and its history change together, and whoever registered for it is told
(`webhooks`). An order goes to the customer's preferred address, is done under his warranty if he has one, and is as
urgent as it is dangerous (a leak) or he is valuable (class A is high), unless somebody says otherwise. Closing has a
module of its own (`closing`).
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.base import NEVER_AT, check_version
from crm_core.cases import case
from crm_core.contact_points import Address, points_of
from crm_core.contracts import Contract
from crm_core.customers import Customer, customer
from crm_core.plain_text import plain
from crm_core.spoken_names import spoken_place, want_name
from crm_core.warranties import Warranty
from crm_core.work_orders.news import tell
from crm_core.work_orders.order_flow import (
    ENDED,
    OF_TECHNICIANS,
    PRIORITIES,
    PROMISED_SECONDS,
    Event,
    Kind,
    State,
    after,
    kind_of,
)
from crm_core.work_orders.order_history import WorkOrderEntry, note
from crm_core.work_orders.technicians import technician
from crm_core.work_orders.visit_record import withdraw_call
from crm_core.work_orders.work_orders import Author, WorkOrder, work_order
from ctiserver.core.errors import ConfigError, Mistake, NotFound, Refusal

CHANGEABLE = frozenset({"kind", "priority", "subject", "description", "address", "area"}) | {
    "due_from_at",
    "due_until_at",
    "customer_id",
    "case_id",
    "contract_id",
    "warranty_id",
}


def open_order(
    session: Session,
    author: Author,
    *,
    kind: str,
    subject: str,
    priority: str | None = None,
    customer_id: int | None = None,
    address: str = "",
    area: str = "",
    due_from_at: float | None = None,
    due_until_at: float | None = None,
    warranty_id: int | None = None,
    technician_login: str | None = None,
    **more: Any,
) -> WorkOrder:
    """The new order, with its number. `priority`, `due_until_at` None: see the module and `PROMISED_SECONDS`.

    `more`: description, case_id, contract_id, parent_id. Raises Refusal, ConfigError with every mistake, NotFound.
    """
    what, account_id, now = kind_of(kind), author.account_id, author.at
    owner = customer(session, account_id, customer_id) if customer_id is not None else None
    urgency = priority or _urgency(what, owner)
    until = due_until_at if due_until_at is not None else now + PROMISED_SECONDS.get(urgency, 0.0)
    if owner is not None and not address.strip():
        address, area = _where(session, owner, area)
    if owner is not None and warranty_id is None:
        warranty_id = _warranty(session, owner, now)
    fields = {
        "kind": what,
        "subject": subject.strip(),
        "priority": urgency,
        "customer_id": customer_id,
        "address": address.strip(),
        "area": area.strip(),
        "due_from_at": due_from_at,
        "due_until_at": until,
        "warranty_id": warranty_id,
    } | more
    _check(session, account_id, fields)
    new = WorkOrder(
        account_id=account_id,
        state=State.CREATED,
        is_open=True,
        created_at=now,
        created_by=author.login,
        updated_at=now,
        **fields,
    )
    new.search_text = _searched(new)
    session.add(new)
    session.flush()
    want_name(session, account_id, spoken_place(new.address), customer_id)
    created = note(session, author, new, "created", parent=more.get("parent_id"))
    tell(session, new, created, "work_order.opened")
    if technician_login:
        assign(session, author, new.id, technician_login)
    return new


def assign(
    session: Session,
    author: Author,
    order_id: int,
    technician_login: str | None,
    *,
    expected_version: int | None = None,
) -> WorkOrder:
    """The order is this technician's; None: nobody's again. To whoever has it already nothing changes.

    Raises StaleVersion, Refusal for who is no technician or an order that has ended, NotFound.
    """
    found = work_order(session, author.account_id, order_id, lock=True)
    check_version(found.version, expected_version)
    if technician_login:
        technician(session, author.account_id, technician_login)
    if technician_login == found.technician and found.is_open:
        return found
    to = after(State(found.state), Event.ASSIGN if technician_login else Event.UNASSIGN)
    before, found.technician = found.technician, technician_login
    found.assigned_at = author.at if technician_login else None
    found.set_out_at = found.arrived_at = None
    found.state, found.updated_at = to, author.at
    tell(session, found, note(session, author, found, "assigned", technician=technician_login, before=before))
    return found


def take_step(session: Session, author: Author, order_id: int, event: str, *, text: str = "") -> WorkOrder:
    """The order after somebody set out, arrived or verified it; a step said twice changes nothing.

    Raises Refusal for a step that its state does not allow or that is no such step, NotFound.
    """
    if event not in {*OF_TECHNICIANS, Event.VERIFY}:
        raise Refusal("order_step", f"{event!r} is no step that is taken so: use set_out, arrive or verify")
    found = work_order(session, author.account_id, order_id, lock=True)
    before = State(found.state)
    to = after(before, event)
    if to is before:
        return found
    found.state, found.is_open, found.updated_at = to, to not in ENDED, author.at
    match event:
        case Event.SET_OUT:
            found.set_out_at = author.at
        case Event.ARRIVE:
            found.arrived_at = author.at
        case Event.VERIFY:
            found.verified_at = author.at
    tell(
        session,
        found,
        note(session, author, found, "step", text=text, event=event, before=before, after=to),
    )
    return found


def change(
    session: Session, author: Author, order_id: int, *, expected_version: int | None, **wanted: Any
) -> WorkOrder:
    """The order with other values. Raises StaleVersion, Refusal, ConfigError, NotFound."""
    found = work_order(session, author.account_id, order_id, lock=True)
    check_version(found.version, expected_version)
    if unknown := sorted(wanted.keys() - CHANGEABLE):
        raise Refusal("no_such_field", f"a work order has no field {', '.join(unknown)} that can be changed")
    if "due_until_at" in wanted and wanted["due_until_at"] is None:
        wanted["due_until_at"] = NEVER_AT
    _check(session, author.account_id, {name: getattr(found, name) for name in CHANGEABLE} | wanted)
    differing = {key: value for key, value in wanted.items() if getattr(found, key) != value}
    if not differing:
        return found
    if differing.keys() & {"due_from_at", "customer_id"}:
        withdraw_call(
            session, found.account_id, found.id, found.due_from_at, because="changed", now=author.at
        )
    before = {key: getattr(found, key) for key in differing}
    for key, value in differing.items():
        setattr(found, key, value)
    if "due_until_at" in differing:
        found.late_at = found.expired_at = None
    found.search_text, found.updated_at = _searched(found), author.at
    want_name(session, found.account_id, spoken_place(found.address), found.customer_id)
    tell(session, found, note(session, author, found, "changed", before=before, after=differing))
    return found


def write_note(session: Session, author: Author, order_id: int, text: str) -> WorkOrderEntry:
    """What somebody wrote to the order. Raises ConfigError for nothing, NotFound."""
    if not text.strip():
        raise ConfigError([Mistake("text", "write the note first")])
    found = work_order(session, author.account_id, order_id, lock=True)
    found.updated_at = author.at
    return note(session, author, found, "note", text=text.strip())


def _searched(found: WorkOrder) -> str:
    return plain(f"{found.subject} {found.address} {found.area}")


def _urgency(kind: Kind, owner: Customer | None) -> str:
    if kind is Kind.LEAK:
        return "urgent"
    return "high" if owner is not None and owner.value_class == "A" else "normal"


def _where(session: Session, owner: Customer, area: str) -> tuple[str, str]:
    """His preferred address that still holds, and its area; ("", area) if none is known."""
    for one in points_of(session, Address, owner.account_id, owner.id):
        if one.valid_until is None:
            return one.street or one.city, area or one.city
    return "", area


def _warranty(session: Session, owner: Customer, now: float) -> int | None:
    """The warranty that lasts longest of those that hold; None: he has none."""
    holds = (Warranty.ends_at.is_(None)) | (Warranty.ends_at > now)
    query = select(Warranty.id).where(
        Warranty.account_id == owner.account_id,
        Warranty.customer_id == owner.id,
        Warranty.status == "valid",
        holds,
    )
    return session.scalar(query.order_by(Warranty.ends_at.desc().nulls_first(), Warranty.id).limit(1))


def _check(session: Session, account_id: int, fields: dict[str, Any]) -> None:
    """Raises ConfigError with every mistake, Refusal, and NotFound for what is not this customer's."""
    kind_of(fields["kind"])
    if fields["priority"] not in PRIORITIES:
        raise Refusal("wrong_priority", f"a priority is one of {', '.join(PRIORITIES)}")
    mistakes = []
    if not fields["subject"].strip():
        mistakes.append(Mistake("subject", "say in a few words what is to be done"))
    since, until = fields["due_from_at"], fields["due_until_at"]
    if since is not None and until is not None and since >= until:
        mistakes.append(Mistake("due_until_at", "the window ends before it begins: choose a later end"))
    if mistakes:
        raise ConfigError(mistakes)
    if fields["customer_id"] is not None:
        customer(session, account_id, fields["customer_id"])
    if fields.get("case_id") is not None:
        case(session, account_id, fields["case_id"])
    for name, table in (("contract_id", Contract), ("warranty_id", Warranty)):
        number = fields.get(name)
        owned = select(table.id).where(
            table.account_id == account_id, table.customer_id == fields["customer_id"], table.id == number
        )
        if number is not None and session.scalar(owned) is None:
            raise NotFound(f"the customer has no {name.removesuffix('_id')} {number}")
