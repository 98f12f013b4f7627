"""A company that shares the installation: what it asks for and what it sends reaches nothing of the others'.

The first company's store holds a marked row of every table. Every operation is asked for by all kinds of names, with
the example of its body; a person of the first company who does the same shows that the walk gets somewhere.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from agent_console.api import OPERATIONS
from agent_console.examples import example
from agent_console.operations import PREFIX, Operation
from agent_console.roles import ROLES
from crm_core.base import Base
from crm_core.customers import add_customer, customer
from crm_core.users import add_user
from tests.contract.person import CONTACT, MARK, fill

NAMES = ("1", CONTACT, MARK)
PASSWORD = "a-good-password"


@pytest.fixture
def shared(office: Any) -> Any:
    """The office, with a marked row in every table of the first company, who has a person who may do everything."""

    def furnish(session: Session) -> None:
        add_user(session, login="boss", name="Boss", password=PASSWORD, roles=ROLES)
        brother = add_customer(session, 1, name="Pedro", now=0.0)
        fill(session, customer(session, 1, 1), brother, "+56922220001")

    office.store.write(furnish)
    return office


def _asked(shape: type | None) -> Any:
    if shape is None:
        return {}
    (schema,), components = msgspec.json.schema_components(
        [shape], ref_template="#/components/schemas/{name}"
    )
    return example(schema, components)


def _paths(row: Operation) -> Iterator[str]:
    for name in NAMES if row.parameters else NAMES[:1]:
        path = PREFIX + row.path
        for parameter in row.parameters:
            path = path.replace(f"{{{parameter}}}", name)
        yield path


def _read(browser: Any) -> set[str]:
    """The operations whose answers hold something of the first company."""
    found = set()
    for row in OPERATIONS.rows:
        if row.method == "GET":
            for path in _paths(row):
                for query in ({}, _asked(row.query)) if row.query else ({},):
                    answer = browser.get(path, query_string=query)
                    if answer.status_code == 200 and MARK.encode() in answer.data:
                        found.add(row.id)
    return found


def _send(browser: Any) -> set[str]:
    """Sends everything; the operations that failed by our fault."""
    faults = set()
    for row in OPERATIONS.rows:
        if row.method != "GET":
            body = msgspec.json.encode(_asked(row.body))
            for path in _paths(row):
                answer = browser.open(path, method=row.method, data=body, headers={"If-Match": '"1"'})
                if answer.status_code == 500:
                    faults.add(row.id)
    return faults


def _rows(session: Session) -> dict[str, list[Any]]:
    return {
        table.name: list(session.execute(select(table).where(table.c.account_id == 1)).all())
        for table in Base.metadata.sorted_tables
        if "account_id" in table.c
    }


def test_nothing_of_another_company_can_be_read(shared: Any) -> None:
    assert _read(shared.browser("other")) == set()
    assert len(_read(shared.browser("boss"))) > 20


def test_nothing_of_another_company_can_be_changed(shared: Any) -> None:
    before = shared.store.read(_rows)
    assert _send(shared.browser("other")) == set()
    assert _changed(before, shared.store.read(_rows)) == set()
    _send(shared.browser("boss"))
    assert len(_changed(before, shared.store.read(_rows))) > 20


def _changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> set[str]:
    return {name for name in before if before[name] != after[name]}
