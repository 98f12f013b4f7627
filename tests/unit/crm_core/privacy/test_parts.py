"""Every table and every column: somebody has decided whether it is a person's and what becomes of it."""

import pytest
from sqlalchemy import Table

from crm_core import models
from crm_core.base import Base
from crm_core.customer_references import references
from crm_core.privacy.not_of_persons import NOT_OF_PERSONS
from crm_core.privacy.parts import PARTS, emptied

TABLES = Base.metadata.sorted_tables
DECIDE = "say in crm_core.privacy.parts, or not_of_persons, what it holds of a person and what becomes of it"


def test_every_table_is_named_once() -> None:
    assert models.TABLES
    names = {table.name for table in TABLES}
    assert sorted(names - PARTS.keys() - NOT_OF_PERSONS.keys()) == [], DECIDE
    assert sorted((PARTS.keys() | NOT_OF_PERSONS.keys()) - names) == []
    assert sorted(PARTS.keys() & NOT_OF_PERSONS.keys()) == []


def test_a_table_that_names_a_customer_is_a_persons() -> None:
    naming = {table.name for table, _ in references()}
    naming |= {table.name for table in TABLES if "customer_id" in table.c}
    assert sorted(naming - PARTS.keys() - {"erasures"}) == [], DECIDE


@pytest.mark.parametrize("table", [one for one in TABLES if one.name in PARTS], ids=lambda one: str(one.name))
def test_every_column_of_rows_that_stay_is_kept_or_emptied(table: Table) -> None:
    part = PARTS[table.name]
    decided = part.stays | part.becomes.keys()
    assert sorted(decided - set(table.c.keys())) == []
    assert not part.stays & part.becomes.keys()
    if part.stays:
        assert part.why
        assert set(table.primary_key.columns.keys()) <= part.stays
        assert emptied(table.name).keys() | part.stays | {"version"} >= set(table.c.keys())
