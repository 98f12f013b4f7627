"""Keeping and listing what customers have, whatever kind it is.

Another program tells a thing by its key there: the first time it is made, later it is changed, and when nothing
differs nothing happens, so that telling it twice is safe. Things name one another by such keys too: a payment says
"invoice": "B-17".
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import Column, inspect, select
from sqlalchemy.orm import Session

from crm_core.base import check_version
from crm_core.contact_points import Address
from crm_core.contracts import Contract
from crm_core.customers import Customer, customer
from crm_core.deliveries import Delivery
from crm_core.devices import Device
from crm_core.held import Held
from crm_core.invoices import Invoice
from crm_core.orders import Order
from crm_core.paging import By, Page, page
from crm_core.payables import Payable
from crm_core.payments import Payment
from crm_core.products import OwnedProduct, Product
from crm_core.provenance import Origin
from crm_core.warranties import Warranty
from ctiserver.core.errors import NotFound, Refusal

H = TypeVar("H", bound=Held)
KINDS: dict[str, type[Held]] = {
    "owned-products": OwnedProduct,
    "contracts": Contract,
    "invoices": Invoice,
    "payments": Payment,
    "orders": Order,
    "deliveries": Delivery,
    "devices": Device,
    "warranties": Warranty,
    "payables": Payable,
}
"""By the word of the API."""

_KEPT_BY_US = frozenset(
    {
        *("id", "account_id", "customer_id", "external_id", "version", "created_at", "updated_at"),
        *("source", "by", "known_at", "contact_id"),
    }
)
_KEPT_AS_JSON: dict[str, Any] = {"custom": dict[str, Any], "lines": list[dict[str, Any]]}
_NAMED_BY: dict[str, Any] = {
    "product_id": Product.key,
    "contract_id": Contract.external_id,
    "invoice_id": Invoice.external_id,
    "order_id": Order.external_id,
    "device_id": Device.external_id,
    "address_id": Address.id,
}
"""What another thing is called by whoever refers to it."""


def columns_of(kind: type[Held]) -> list[str]:
    """The columns that a program or person may write, in the order of the table."""
    return [column.key for column in inspect(kind).column_attrs if column.key not in _KEPT_BY_US]


def references_of(kind: type[Held]) -> dict[str, str]:
    """{"invoice": "invoice_id"}: the columns that name another thing, by what they are called from outside."""
    return {key.removesuffix("_id"): key for key in columns_of(kind) if key in _NAMED_BY}


def types_of(kind: type[Held]) -> dict[str, Any]:
    """The types of those columns, as a program sees them: int, str | None, dict[str, Any]."""
    table = inspect(kind).columns
    return {key: _KEPT_AS_JSON.get(key) or _type_of(table[key]) for key in columns_of(kind)}


def version_of(session: Session, kind: type[Held], account_id: int, external_id: str) -> int | None:
    """The version of the thing with this key; None: there is none yet."""
    query = select(kind.version).where(kind.account_id == account_id, kind.external_id == external_id)
    return session.scalar(query)


def keep(
    session: Session,
    kind: type[H],
    account_id: int,
    customer_id: int,
    external_id: str,
    /,
    *,
    origin: Origin,
    now: float,
    expected_version: int | None = None,
    **fields: Any,
) -> H:
    """The thing with this key, as told: made, changed, or left alone when it is so already.

    Raises NotFound for an unknown customer or reference, Refusal for a wrong field, StaleVersion.
    """
    owner = customer(session, account_id, customer_id)
    found = session.scalar(select(kind).where(kind.account_id == account_id, kind.external_id == external_id))
    if found is None:
        return add(session, kind, owner, origin=origin, now=now, external_id=external_id, **fields)
    check_version(found.version, expected_version)
    _change(session, found, owner, fields | {"customer_id": owner.id}, origin, now)
    return found


def change(
    session: Session,
    kind: type[H],
    account_id: int,
    number: int,
    /,
    *,
    expected_version: int | None,
    origin: Origin,
    now: float,
    **fields: Any,
) -> H:
    """The changed thing. Raises NotFound, Refusal, StaleVersion."""
    found = one(session, kind, account_id, number)
    check_version(found.version, expected_version)
    _change(session, found, customer(session, account_id, found.customer_id), fields, origin, now)
    return found


def add(
    session: Session,
    kind: type[H],
    owner: Customer,
    /,
    *,
    origin: Origin,
    now: float,
    external_id: str | None = None,
    **fields: Any,
) -> H:
    """A new thing of a customer. Raises NotFound for an unknown reference, Refusal for a wrong field."""
    written = {"status": kind.STATES[0], "dated_at": now, "number": external_id or ""}
    written |= _resolved(session, kind, owner.account_id, fields)
    _check(kind, owner, written)
    new = kind()
    new.account_id, new.customer_id, new.external_id = owner.account_id, owner.id, external_id
    new.created_at = now
    _write(new, written, origin, now)
    session.add(new)
    session.flush()
    return new


def one(session: Session, kind: type[H], account_id: int, number: int) -> H:
    """The thing with this id. Raises NotFound."""
    found = session.scalar(select(kind).where(kind.account_id == account_id, kind.id == number))
    if found is None:
        raise NotFound(f"account {account_id} has no {kind.__tablename__} {number}")
    return found


def listed(
    session: Session,
    kind: type[H],
    account_id: int,
    *,
    customer_id: int | None = None,
    status: str | None = None,
    number: str | None = None,
    changed_since: float | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[H]:
    """Those of one customer, the latest first, or of all, in the order in which they were first kept."""
    query = select(kind).where(kind.account_id == account_id)
    if customer_id is not None:
        query = query.where(kind.customer_id == customer_id)
    if status is not None:
        query = query.where(kind.status == status)
    if number is not None:
        query = query.where(kind.number == number)
    if changed_since is not None:
        query = query.where(kind.updated_at >= changed_since)
    order = [By(kind.id)] if customer_id is None else [By(kind.dated_at, True), By(kind.id, True)]
    return page(session, query, order, cursor=cursor, limit=limit)


def _change(
    session: Session, found: Held, owner: Customer, fields: Mapping[str, Any], origin: Origin, now: float
) -> None:
    apart = {key: fields[key] for key in fields if key == "customer_id"}
    own = {key: value for key, value in fields.items() if key not in apart}
    changed = _resolved(session, type(found), owner.account_id, own) | apart
    _check(type(found), owner, {"status": found.status, **changed})
    different = {key: value for key, value in changed.items() if getattr(found, key) != value}
    if different:
        _write(found, different, origin, now)
        session.flush()


def _type_of(column: Column[Any]) -> Any:
    return column.type.python_type | None if column.nullable else column.type.python_type


def _write(thing: Held, fields: Mapping[str, Any], origin: Origin, now: float) -> None:
    for key, value in fields.items():
        setattr(thing, key, value)
    thing.source, thing.by, thing.contact_id = origin.source, origin.by, origin.contact_id
    thing.known_at = thing.updated_at = now


def _resolved(
    session: Session, kind: type[Held], account_id: int, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields as columns: what is named by a key becomes an id."""
    references, columns = references_of(kind), columns_of(kind)
    resolved: dict[str, Any] = {}
    for field, value in fields.items():
        if field in references:
            resolved[references[field]] = _id_of(session, account_id, references[field], value)
        elif field in columns:
            resolved[field] = value
        else:
            raise Refusal("no_such_field", f"{kind.__tablename__} have no field {field!r}")
    return resolved


def _id_of(session: Session, account_id: int, column: str, name: Any) -> int | None:
    if name is None or name == "":
        return None
    named_by = _NAMED_BY[column]
    key = int(name) if named_by is Address.id and str(name).isdecimal() else name
    owner = named_by.class_
    found: int | None = session.scalar(
        select(owner.id).where(owner.account_id == account_id, named_by == key)
    )
    if found is None:
        raise NotFound(f"there is no {column.removesuffix('_id')} {name!r} yet: tell it first")
    return found


def _check(kind: type[Held], owner: Customer, written: Mapping[str, Any]) -> None:
    if written["status"] not in kind.STATES:
        wanted = ", ".join(kind.STATES)
        raise Refusal("wrong_status", f"the status is one of {wanted}, not {written['status']!r}")
    if kind is Payable and not owner.is_supplier:
        raise Refusal("no_supplier", "mark this customer as a supplier before you keep what we owe him")
