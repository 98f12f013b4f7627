"""What the search box asks SQLite; whom it finds is a matter of `tests/contract/test_store_search.py`."""

from typing import Any

from sqlalchemy import event, text

from crm_core.db import Store
from crm_core.search import find


def test_the_full_text_index_is_asked_once_also_where_the_database_has_no_statistics(url: str) -> None:
    asked: list[tuple[str, Any]] = []
    with Store(url) as store:
        event.listen(
            store.engine,
            "before_cursor_execute",
            lambda _c, _cursor, statement, values, *_: asked.append((statement, values)),
        )
        store.read(find, 1, "ana rojas")
        statement, values = next(one for one in asked if "MATCH" in one[0])
        with store.engine.connect() as connection:
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"), values).all()
    assert ["customer_search" in step.detail for step in plan] == [True, False]
