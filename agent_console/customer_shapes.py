"""What the API tells of a customer: in a list, and whole."""

from typing import Any, ClassVar

import msgspec

from crm_core import facts, invoices, lifecycle, relationships, tags
from crm_core.contact_points import Address, Email, Phone, key_of, points_of
from crm_core.customers import Customer
from crm_core.fact_rule import Standing
from crm_core.search import Found


class CustomerRow(msgspec.Struct, kw_only=True):
    """A customer in a list; `name` is the whole name."""

    customer_id: int
    name: str
    kind: str
    rut: str | None
    external_id: str | None
    stage: str
    value_class: str | None
    is_supplier: bool
    updated_at: float


class Saying(msgspec.Struct, kw_only=True):
    """What one source says of a field."""

    fact_id: int
    value: Any
    source: str
    at: float
    by: str


class KnownField(msgspec.Struct, kw_only=True):
    """The shown value of a field with its source, and what contradicts it."""

    shown: Saying
    conflicts: list[Saying]


class Point(msgspec.Struct, kw_only=True):
    """A telephone number, e-mail or postal address. `valid_until` None: still so."""

    key: str
    kind: str
    label: str
    preferred: bool
    valid_from: float | None
    valid_until: float | None
    source: str
    by: str
    known_at: float
    street: str | None = None
    city: str | None = None
    region: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    postal_code: str | None = None
    country: str | None = None


class Stage(msgspec.Struct, kw_only=True):
    """From when the customer was in a stage of life."""

    stage: str
    at: float
    by: str
    reason: str


class Relative(msgspec.Struct, kw_only=True):
    """Somebody he is related to; `kind` is the word as seen from him."""

    relationship_id: int
    kind: str
    customer_id: int
    name: str
    role: str
    since: float | None
    until: float | None
    source: str


class CustomerRecord(msgspec.Struct, kw_only=True):
    """All that is shown of a customer. `open_minor`: what he owes, by currency, in its smallest unit."""

    more_than_its_row: ClassVar[bool] = True

    customer_id: int
    version: int
    display_name: str
    kind: str
    is_customer: bool
    is_supplier: bool
    name: str
    surname: str
    second_surname: str
    rut: str | None
    external_id: str | None
    birth_date: str | None
    form_of_address: str
    language: str | None
    time_zone: str | None
    preferences: dict[str, Any]
    custom: dict[str, Any]
    notes: str
    stage: str
    stages: list[Stage]
    value_class: str | None
    value_class_reason: str
    tags: list[str]
    phones: list[Point]
    emails: list[Point]
    addresses: list[Point]
    relatives: list[Relative]
    known: dict[str, KnownField]
    open_minor: dict[str, int]
    created_at: float
    updated_at: float


def row_of(found: Customer | Found) -> CustomerRow:
    """The customer in a list."""
    return CustomerRow(
        customer_id=found.id,
        name=found.display_name,
        kind=found.kind,
        rut=found.rut,
        external_id=found.external_id,
        stage=found.stage,
        value_class=found.value_class,
        is_supplier=found.is_supplier,
        updated_at=found.updated_at,
    )


def record_of(session: Any, found: Customer) -> CustomerRecord:
    """The whole customer, read in this unit of work."""
    account_id, number = found.account_id, found.id
    known = facts.standing(session, account_id, number)
    return CustomerRecord(
        customer_id=number,
        version=found.version,
        display_name=found.display_name,
        stages=[
            Stage(stage=row.stage, at=row.at, by=row.by, reason=row.reason)
            for row in lifecycle.stages_of(session, account_id, number)
        ],
        tags=list(tags.tags_of(session, account_id, number)),
        phones=[point_of(one) for one in points_of(session, Phone, account_id, number)],
        emails=[point_of(one) for one in points_of(session, Email, account_id, number)],
        addresses=[point_of(one) for one in points_of(session, Address, account_id, number)],
        relatives=msgspec.convert(
            relationships.relatives(session, account_id, number), list[Relative], from_attributes=True
        ),
        known={
            field: KnownField(shown=saying(one.shown), conflicts=[saying(other) for other in one.conflicts])
            for field, one in known.items()
        },
        open_minor=invoices.open_amounts(session, account_id, number),
        **{field: getattr(found, field) for field in _COPIED},
    )


def saying(one: Standing) -> Saying:
    """What a source says."""
    return Saying(fact_id=one.fact_id, value=one.value, source=one.source, at=one.at, by=one.by)


def point_of(found: Phone | Email | Address) -> Point:
    """A contact point."""
    place = _PLACE if isinstance(found, Address) else ()
    return Point(
        key=key_of(found),
        kind=found.kind if isinstance(found, Phone) else "",
        **{field: getattr(found, field) for field in (*_SAID, *place)},
    )


_COPIED = (
    *("kind", "is_customer", "is_supplier", "name", "surname", "second_surname", "rut", "external_id"),
    *("birth_date", "form_of_address", "language", "time_zone", "preferences", "custom", "notes", "stage"),
    *("value_class", "value_class_reason", "created_at", "updated_at"),
)
_SAID = ("label", "preferred", "valid_from", "valid_until", "source", "by", "known_at")
_PLACE = ("street", "city", "region", "postal_code", "country", "latitude", "longitude")
