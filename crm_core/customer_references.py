"""Everything that names a customer, found from the tables themselves: a new table is known without being told of."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Column, Select, Table, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from crm_core.base import Base


def references() -> Iterator[tuple[Table, Column[Any]]]:
    """Each table with a foreign key to customers, and the column that holds the id; always in the same order."""
    for table in Base.metadata.sorted_tables:
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
            for element in constraint.elements:
                if element.column.table.name == "customers" and element.column.name == "id":
                    yield table, element.parent


def is_named(session: Session, customer_id: int, *, except_in: frozenset[str]) -> bool:
    """Whether a row of any table but these names the customer."""
    return bool(session.scalar(_named(except_in), {"customer_id": customer_id}))


@lru_cache(maxsize=8)
def _named(except_in: frozenset[str]) -> Select[tuple[bool]]:
    """One statement for all tables, made once: there are dozens of them."""
    wanted: BindParameter[int] = bindparam("customer_id")
    columns = [column for table, column in references() if table.name not in except_in]
    return select(or_(*(exists().where(column == wanted) for column in columns)))
