from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.paging import By, decode, encode, page
from crm_core.tags import CustomerTag
from ctiserver.core.errors import Refusal

ORDER = (By(CustomerTag.tag, descending=True), By(CustomerTag.customer_id))


def test_pages_hold_every_row_once_and_in_order(url: str) -> None:
    with Store(url) as store:
        store.write(_furnish)
        seen, cursor = [], None
        while True:
            found = store.read(page, select(CustomerTag), ORDER, cursor=cursor, limit=2)
            seen += [(row.tag, row.customer_id) for row in found.rows]
            if (cursor := found.next) is None:
                break
    assert seen == [("c", 1), ("b", 1), ("b", 2), ("b", 3), ("a", 1)]


def _furnish(session: Any) -> None:
    for _ in range(3):
        add_customer(session, 1, name="Ana", now=0.0)
    session.add_all(
        CustomerTag(account_id=1, customer_id=customer, tag=tag)
        for tag, customer in (("a", 1), ("b", 1), ("b", 2), ("b", 3), ("c", 1))
    )


@given(st.text(max_size=40))
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode(cursor, [float, int])
    assert refused.value.error_id == "wrong_cursor"


def test_a_cursor_of_another_order_is_refused() -> None:
    assert decode(encode([1.5, 3]), [float, int]) == [1.5, 3]
    with pytest.raises(Refusal):
        decode(encode(["ana", 3]), [float, int])
