"""Everything that names a customer, found from the tables themselves: a new table is known without being told of."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table

from crm_core.base import Base


def references() -> Iterator[tuple[Table, Column[Any]]]:
    """Each table with a foreign key to customers, and the column that holds the id; always in the same order."""
    for table in Base.metadata.sorted_tables:
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
            for element in constraint.elements:
                if element.column.table.name == "customers" and element.column.name == "id":
                    yield table, element.parent
