"""Taking an import in, one chunk of lines in one transaction; `import_undo` takes it back.

A row is somebody who is here when it has his key in the other program or his RUT; then it adds to what is known of
him, as any source does (`facts`), else he is new.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import exc, insert, select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.contact_points import Address, Email, keep_address, keep_email
from crm_core.customers import Customer, add_customer, change_customer
from crm_core.customers_in_bulk import NewCustomer, add_customers
from crm_core.import_mapping import Rejected, Row, read_row
from crm_core.imports import (
    CHANGED,
    CREATED,
    DONE,
    MATCHES,
    REJECTED,
    SAME,
    Import,
    ImportRow,
)
from crm_core.phone_numbers import E164
from crm_core.plain_text import plain
from crm_core.provenance import Origin, Source
from crm_core.table_files import Reading, TableFile
from ctiserver.core.errors import Refusal

CHUNK = 500


def take_chunk(session: Session, import_id: int, table: TableFile | Reading, *, now: float) -> bool:
    """Takes the next lines; whether there may be more. Raises Refusal where the file cannot be read on."""
    job = session.get_one(Import, import_id)
    lines = list(islice(table.rows(job.last_line), CHUNK))
    country = account(session, job.account_id).country
    read = [(number, cells, _read(job, table, cells, country)) for number, cells in lines]
    fresh = _strangers(session, job.account_id, [row for _, _, row in read if isinstance(row, Row)])
    added = dict(zip(map(id, fresh), _add(session, job, fresh, now), strict=True))
    rows = []
    for number, cells, row in read:
        match row:
            case Rejected(reasons=reasons):
                became = _became(REJECTED, reasons=[list(one) for one in reasons])
            case _ if id(row) in added:
                became = _became(CREATED, customer_id=added[id(row)], updated_at=now)
            case _:
                became = _take(session, job, row, now)
        state = became["state"]
        kept = cells if state == REJECTED else []
        rows.append(became | {"import_id": job.id, "line": number, "cells": kept})
        setattr(job, state, getattr(job, state) + 1)
    if rows:
        session.execute(insert(ImportRow), rows)
        job.last_line = lines[-1][0]
    if len(lines) < CHUNK:
        job.state, job.ended_at = DONE, now
    session.flush()
    return len(lines) == CHUNK


def _became(
    state: str,
    *,
    customer_id: int | None = None,
    updated_at: float | None = None,
    before: dict[str, Any] | None = None,
    reasons: Sequence[list[str]] = (),
) -> dict[str, Any]:
    """What became of a row, as it is written down: all rows of a chunk in one statement."""
    return {
        "state": state,
        "customer_id": customer_id,
        "updated_at": updated_at,
        "before": before or {},
        "reasons": list(reasons),
    }


def _read(job: Import, table: TableFile | Reading, cells: list[str], country: str) -> Row | Rejected:
    values = dict(zip(table.columns, cells, strict=True))
    try:
        return read_row(values, country=country, mapping=job.mapping)
    except Rejected as wrong:
        return wrong


def _strangers(session: Session, account_id: int, rows: list[Row]) -> list[Row]:
    """Rows of which no key is known here, nor comes in a row before: they can be added all at once."""
    taken: dict[str, set[Any]] = {}
    for field in MATCHES:
        column = getattr(Customer, field)
        asked = sorted({row.fields[field] for row in rows if row.fields.get(field)})
        query = select(column).where(Customer.account_id == account_id, column.in_(asked))
        taken[field] = set(session.scalars(query, execution_options={"with_merged": True}))
    strangers = []
    for row in rows:
        keys = [(field, row.fields[field]) for field in MATCHES if row.fields.get(field)]
        if not any(value in taken[field] for field, value in keys):
            strangers.append(row)
        for field, value in keys:
            taken[field].add(value)
    return strangers


def _add(session: Session, job: Import, rows: list[Row], now: float) -> list[int]:
    if not rows:
        return []
    people = [
        NewCustomer(fields=row.fields, phones=row.phones, email=row.email, address=row.address)
        for row in rows
    ]
    return add_customers(session, job.account_id, people, origin=_origin(job), now=now)


def _origin(job: Import) -> Origin:
    return Origin(source=Source.FILE, by=job.origin_by)


def _take(session: Session, job: Import, row: Row, now: float) -> dict[str, Any]:
    try:
        with session.begin_nested():
            return _write(session, job, row, now)
    except Refusal as refusal:
        reasons = [["", str(refusal)]]
    except exc.IntegrityError:
        reasons = [["", "another customer has this RUT or customer number"]]
    return _became(REJECTED, reasons=reasons)


def _write(session: Session, job: Import, row: Row, now: float) -> dict[str, Any]:
    origin = _origin(job)
    found = _known(session, job.account_id, row)
    if found is None:
        new = add_customer(session, job.account_id, now=now, phones=row.phones, origin=origin, **row.fields)
        _reach(session, new, row, origin, now)
        return _became(CREATED, customer_id=new.id, updated_at=now)
    if _says_nothing_new(session, found, row):
        return _became(SAME, customer_id=found.id)
    before = {field: getattr(found, field) for field in (*row.fields, "search_text", "updated_at")}
    numbers = [E164(phone.e164) for phone in found.phones if phone.valid_until is None]
    change_customer(
        session,
        job.account_id,
        found.id,
        expected_version=None,
        now=now,
        phones=list(dict.fromkeys([*numbers, *row.phones])),
        origin=origin,
        **row.fields,
    )
    _reach(session, found, row, origin, now)
    return _became(CHANGED, customer_id=found.id, updated_at=now, before=before)


def _says_nothing_new(session: Session, found: Customer, row: Row) -> bool:
    if any(getattr(found, field) != value for field, value in row.fields.items()):
        return False
    numbers = {phone.e164 for phone in found.phones}
    emails = session.scalars(select(Email.address).where(Email.customer_id == found.id)).all()
    places = session.scalars(select(Address.plain).where(Address.customer_id == found.id)).all()
    place = plain(" ".join(row.address.get(part, "") for part in ("street", "city", "postal_code")))
    return (
        numbers.issuperset(row.phones)
        and (not row.email or row.email in emails)
        and (not place or place in places)
    )


def _known(session: Session, account_id: int, row: Row) -> Customer | None:
    for field in MATCHES:
        if value := row.fields.get(field):
            column = getattr(Customer, field)
            query = select(Customer).where(Customer.account_id == account_id, column == value)
            if found := session.scalars(query).first():
                return found
    return None


def _reach(session: Session, owner: Customer, row: Row, origin: Origin, now: float) -> None:
    if row.email:
        keep_email(session, owner.account_id, owner.id, row.email, origin=origin, now=now)
    if row.address:
        place: dict[str, Any] = dict(row.address)
        keep_address(session, owner.account_id, owner.id, origin=origin, now=now, **place)


def preview(table: TableFile, mapping: dict[str, str], country: str, limit: int = 20) -> Sequence[Any]:
    """The first rows as they would be taken: (line, Row) or (line, Rejected)."""
    seen: list[tuple[int, Row | Rejected]] = []
    for number, cells in islice(table.rows(), limit):
        try:
            values = dict(zip(table.columns, cells, strict=True))
            seen.append((number, read_row(values, country=country, mapping=mapping)))
        except Rejected as wrong:
            seen.append((number, wrong))
    return seen
