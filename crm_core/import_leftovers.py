"""How many customers undoing an import would leave, because something has happened to them since.

The same rule as `import_undo.undo_chunk` keeps row by row, asked of all rows at once before anything is taken back.
"""

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from crm_core.customer_references import references
from crm_core.customers import Customer
from crm_core.facts import Fact
from crm_core.import_undo import OF_THE_IMPORT
from crm_core.imports import CHANGED, CREATED, Import, ImportRow


def staying(session: Session, job: Import) -> int:
    """How many customers would stay as they are."""
    stay: set[int] = set(session.scalars(_changed_since(job)))
    stay.update(session.scalars(_told_of_since(job)))
    created = select(ImportRow.customer_id).where(*_rows(job, CREATED))
    for table, column in references():
        if table.name not in OF_THE_IMPORT:
            stay.update(session.scalars(select(column).where(column.in_(created)).distinct()))
    return len(stay)


def _rows(job: Import, *states: str) -> tuple[ColumnElement[bool], ...]:
    return ImportRow.import_id == job.id, ImportRow.state.in_(states or (CREATED, CHANGED))


def _changed_since(job: Import) -> Select[int]:
    """Merged away, or changed after the last row that named them."""
    last = (
        select(ImportRow.customer_id, func.max(ImportRow.updated_at).label("at"))
        .where(*_rows(job))
        .group_by(ImportRow.customer_id)
        .subquery()
    )
    query = select(Customer.id).join(last, last.c.customer_id == Customer.id)
    query = query.where((Customer.updated_at != last.c.at) | Customer.merged_into.is_not(None))
    return query.execution_options(with_merged=True)


def _told_of_since(job: Import) -> Select[int]:
    named = select(ImportRow.customer_id).where(*_rows(job))
    query = select(Fact.customer_id).join(Customer, Customer.id == Fact.customer_id)
    return query.where(
        Fact.account_id == job.account_id,
        Fact.customer_id.in_(named),
        Fact.by != job.origin_by,
        Fact.at >= Customer.updated_at,
    ).distinct()
