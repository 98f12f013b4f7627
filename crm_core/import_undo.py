"""Taking an import back, the last lines first: one chunk of lines in one transaction.

Who was created and has not been touched since is deleted: nobody has changed him, said anything more of him, called,
bought; then nothing is lost with him. Of who was changed it is withdrawn what the import said. Whoever has been touched
is left as he is, and counted. A chunk's new customers are asked about and deleted together, in a statement for each
table: one by one they take ten times as long as they took to come.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from crm_core.base import Base
from crm_core.contact_points import Address, Email, Phone
from crm_core.customer_references import references
from crm_core.customers import Customer
from crm_core.facts import Fact
from crm_core.import_run import CHUNK
from crm_core.imports import CHANGED, CREATED, UNDOING, UNDONE, Import, ImportRow

OF_THE_IMPORT = frozenset(
    {"phones", "emails", "addresses", "facts", "lifecycle_stages"}
    | {"duplicate_pairs", "customer_values", "class_changes"}
)
"""Tables in which a row makes rows, and those that a night's computation fills: nothing that happened to anybody."""


def undo_chunk(session: Session, import_id: int, *, now: float) -> bool:
    """Takes the last lines back; whether there are more."""
    job = session.get_one(Import, import_id)
    query = select(ImportRow).where(ImportRow.import_id == import_id).order_by(ImportRow.line.desc())
    rows = session.scalars(query.limit(CHUNK)).all()
    for row in rows:  # before those who were created: a line may have changed whom an earlier one made
        if row.state == CHANGED and row.customer_id is not None:
            _withdraw(session, job, row)
    _delete_created(session, job, [row for row in rows if row.state == CREATED])
    lines = [row.line for row in rows]
    session.execute(delete(ImportRow).where(ImportRow.import_id == import_id, ImportRow.line.in_(lines)))
    if len(rows) < CHUNK and job.state == UNDOING:
        job.state, job.ended_at = UNDONE, now
    session.flush()
    return len(rows) == CHUNK


def _withdraw(session: Session, job: Import, row: ImportRow) -> None:
    found = session.get(Customer, row.customer_id, execution_options={"with_merged": True})
    if found is None:
        return
    if (
        found.merged_into is None
        and found.updated_at == row.updated_at
        and not _told_since(session, job, [found.id])
    ):
        _forget(session, job, found, row)
    else:
        job.kept += 1


def _delete_created(session: Session, job: Import, rows: Sequence[ImportRow]) -> None:
    taken_at = {row.customer_id: row.updated_at for row in rows if row.customer_id is not None}
    query = select(Customer.id, Customer.merged_into, Customer.updated_at).where(Customer.id.in_(taken_at))
    here = session.execute(query, execution_options={"with_merged": True}).all()
    untouched = {one.id for one in here if one.merged_into is None and one.updated_at == taken_at[one.id]}
    untouched -= _told_since(session, job, untouched)
    for table, column in references():
        if table.name not in OF_THE_IMPORT and untouched:
            untouched.difference_update(
                session.scalars(select(column).where(column.in_(untouched)).distinct())
            )
    job.kept += len(here) - len(untouched)
    for kind in (Phone, Customer):
        key = Customer.id if kind is Customer else Phone.customer_id
        session.execute(
            delete(kind).where(key.in_(untouched)), execution_options={"synchronize_session": False}
        )


def _told_since(session: Session, job: Import, customers: Iterable[int]) -> set[int]:
    """Those of whom somebody else has said something since they were changed last."""
    others = exists().where(
        Fact.account_id == job.account_id,
        Fact.customer_id == Customer.id,
        Fact.by != job.origin_by,
        Fact.at >= Customer.updated_at,
    )
    query = select(Customer.id).where(Customer.id.in_(customers), others)
    return set(session.scalars(query, execution_options={"with_merged": True}))


def _forget(session: Session, job: Import, found: Customer, row: ImportRow) -> None:
    """Withdraw what the import said of him."""
    ours = (Fact.account_id == job.account_id, Fact.customer_id == found.id)
    session.execute(delete(Fact).where(*ours, Fact.by == job.origin_by))
    session.execute(
        update(Fact)
        .where(*ours, Fact.superseded_by == job.origin_by)
        .values(superseded_at=None, superseded_by=None)
    )
    for kind in (Phone, Email, Address):
        _delete_points(session, kind, job, found)
    for field, value in row.before.items():
        setattr(found, field, value)
    session.flush()
    session.expire(found)


def _delete_points(session: Session, kind: type[Base], job: Import, found: Customer) -> None:
    table: Any = kind
    session.execute(
        delete(kind).where(
            table.account_id == job.account_id, table.customer_id == found.id, table.by == job.origin_by
        )
    )
