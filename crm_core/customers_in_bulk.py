"""Many new customers at once, for imports: the same rows as `add_customer` writes, in a few statements for all.

One by one, each customer costs a dozen statements and the unit of work's bookkeeping; together they cost a statement
for each table. Whoever calls has seen to it that no RUT and no customer number comes twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from crm_core.contact_points import Address, Email, Phone
from crm_core.customer_fields import flat
from crm_core.customers import Customer, words_to_find
from crm_core.facts import Fact
from crm_core.lifecycle import LifecycleStage
from crm_core.phone_numbers import E164, kind_of
from crm_core.plain_text import plain
from crm_core.provenance import Origin
from crm_core.spellings import remember
from ctiserver.core.message import Frozen

_DEFAULTS: dict[str, Any] = {
    "kind": "person",
    "is_customer": True,
    "is_supplier": False,
    "surname": "",
    "second_surname": "",
    "form_of_address": "",
    "value_class_reason": "",
    "stage": "customer",
    "preferences": {},
    "custom": {},
    "notes": "",
}


class NewCustomer(Frozen):
    """A customer to be: checked `fields` of `customer_fields` without custom ones, and where he is reached."""

    fields: dict[str, Any]
    phones: tuple[E164, ...] = ()
    email: str | None = None
    address: dict[str, str] = {}


def add_customers(
    session: Session, account_id: int, people: Sequence[NewCustomer], *, origin: Origin, now: float
) -> list[int]:
    """Their ids, in the same order. Raises IntegrityError when a RUT or customer number is in use."""
    ids = _customers(session, account_id, people, now)
    owned = list(zip(ids, people, strict=True))
    known = {"source": origin.source, "by": origin.by, "contact_id": origin.contact_id, "known_at": now}
    point = known | {
        "account_id": account_id,
        "label": "",
        "preferred": False,
        "valid_from": now,
        "valid_until": None,
    }
    _insert(
        session,
        Phone,
        [
            point | {"customer_id": id_, "e164": number, "kind": kind_of(number)}
            for id_, one in owned
            for number in one.phones
        ],
    )
    _insert(
        session,
        Email,
        [point | {"customer_id": id_, "address": one.email} for id_, one in owned if one.email],
    )
    _insert(
        session,
        Address,
        [point | {"customer_id": id_} | _place(one.address) for id_, one in owned if one.address],
    )
    _insert(session, Fact, [fact for id_, one in owned for fact in _facts(account_id, id_, one, origin, now)])
    stage = {"account_id": account_id, "stage": "customer", "at": now, "by": origin.by, "reason": ""}
    _insert(session, LifecycleStage, [stage | {"customer_id": id_} for id_ in ids])
    return ids


def _customers(session: Session, account_id: int, people: Sequence[NewCustomer], now: float) -> list[int]:
    rows: list[dict[str, Any]] = []
    words: set[str] = set()
    nullable = dict.fromkeys(
        column.key for column in Customer.__table__.columns if column.nullable and column.key != "id"
    )
    for one in people:
        row: dict[str, Any] = (
            nullable
            | _DEFAULTS
            | {"account_id": account_id, "created_at": now, "updated_at": now}
            | one.fields
        )
        found_by = words_to_find(row["name"], row["surname"], row["second_surname"], row["rut"] or "")
        words.update(found_by)
        rows.append(row | {"search_text": f" {' '.join(found_by)} ", "version": 1})
    remember(session, account_id, words)
    added = session.scalars(insert(Customer).returning(Customer.id, sort_by_parameter_order=True), rows)
    return list(added)


def _facts(
    account_id: int, customer_id: int, one: NewCustomer, origin: Origin, now: float
) -> list[dict[str, Any]]:
    said = [(field, value) for field, value in flat(one.fields).items() if value not in (None, "")]
    said += [("phone", number) for number in one.phones]
    if one.email:
        said.append(("email", one.email))
    if one.address:
        place = (one.address.get("street", ""), one.address.get("city", ""))
        said.append(("address", ", ".join(filter(None, place))))
    return [
        {
            "account_id": account_id,
            "customer_id": customer_id,
            "field": field,
            "value": value,
            "source": origin.source,
            "by": origin.by,
            "at": now,
            "contact_id": origin.contact_id,
            "learned": True,
            "superseded_at": None,
            "superseded_by": None,
        }
        for field, value in said
    ]


def _place(address: Mapping[str, str]) -> dict[str, Any]:
    street, city, code = (address.get(part, "") for part in ("street", "city", "postal_code"))
    return {
        "street": street,
        "city": city,
        "postal_code": code,
        "region": None,
        "country": None,
        "plain": plain(f"{street} {city} {code}"),
    }


def _insert(session: Session, kind: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(kind), rows)
