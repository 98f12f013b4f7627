"""The two records of a pair beside each other, with what speaks for and against their being one."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from crm_core.contact_points import Address, Email
from crm_core.customers import Customer
from crm_core.duplicates import DuplicatePair, comparables
from crm_core.likeness import evidence
from ctiserver.core.message import Frozen

T = TypeVar("T", Address, Email)


class Side(Frozen):
    """One record in words; "" and empty: not known. `fields` are those that are shown, in their order."""

    customer_id: int
    name: str
    updated_at: float
    fields: dict[str, list[str]]


class SideBySide(Frozen):
    """A pair. `evidence`: field to bits, above 0 for one person and below for two; 0 is left out."""

    pair_id: int
    weight: float
    one: Side
    other: Side
    evidence: dict[str, float]


def side_by_side(session: Session, account_id: int, pairs: Sequence[DuplicatePair]) -> list[SideBySide]:
    """The pairs in their order; both records of each are there."""
    ids = {id_ for pair in pairs for id_ in (pair.one_id, pair.other_id)}
    sides = _sides(session, account_id, ids)
    compared = {int(one.id): one for one in comparables(session, account_id, ids)}
    return [
        SideBySide(
            pair_id=pair.id,
            weight=pair.weight,
            one=sides[pair.one_id],
            other=sides[pair.other_id],
            evidence={
                field: bits
                for field, bits in evidence(compared[pair.one_id], compared[pair.other_id]).items()
                if bits
            },
        )
        for pair in pairs
        if pair.one_id in sides and pair.other_id in sides
    ]


def _sides(session: Session, account_id: int, ids: set[int]) -> dict[int, Side]:
    emails = _points(session, account_id, Email, ids)
    places = _points(session, account_id, Address, ids)
    query = select(Customer).where(Customer.account_id == account_id, Customer.id.in_(ids))
    return {
        row.id: Side(
            customer_id=row.id,
            name=row.display_name,
            updated_at=row.updated_at,
            fields={
                "name": [row.display_name],
                "rut": [row.rut] if row.rut else [],
                "birth_date": [row.birth_date] if row.birth_date else [],
                "phone": [phone.e164 for phone in row.phones if phone.valid_until is None],
                "email": emails.get(row.id, []),
                "address": places.get(row.id, []),
                "external_id": [row.external_id] if row.external_id else [],
                "value_class": [row.value_class] if row.value_class else [],
                "notes": [row.notes] if row.notes else [],
            },
        )
        for row in session.scalars(query.options(selectinload(Customer.phones)))
    }


def _points(session: Session, account_id: int, kind: type[T], ids: set[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(kind).where(
        kind.account_id == account_id, kind.customer_id.in_(ids), kind.valid_until.is_(None)
    )
    for point in session.scalars(query.order_by(kind.id)):
        written = (
            point.address
            if isinstance(point, Email)
            else ", ".join(filter(None, (point.street, point.postal_code, point.city)))
        )
        found.setdefault(point.customer_id, []).append(written)
    return found
