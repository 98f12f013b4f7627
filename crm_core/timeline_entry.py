"""One line of a customer's timeline, as every kind of record gives it.

A module that has something to tell says so once, as a select made by `entry`, and `timeline.PARTS` names it.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Select,
    String,
    Text,
    bindparam,
    cast,
    literal,
    null,
    select,
    type_coerce,
)
from sqlalchemy.types import BigInteger

Column = Any
"""A column of a mapped class."""


def entry(
    kind: str,
    table: Any,
    at: Column,
    *,
    title: Column,
    detail: Column | None = None,
    by: Column | None = None,
    amount_minor: Column | None = None,
    currency: Column | None = None,
) -> Select[Any]:
    """All rows of `table` (with id, account_id, customer_id) of one customer, as lines of his timeline.

    An index on (account_id, customer_id, `at`) makes it quick.
    """
    return select(
        literal(kind).label("kind"),
        (literal(f"{kind}:") + cast(table.id, String)).label("key"),
        type_coerce(at, Double).label("at"),
        _text(title).label("title"),
        _text(detail).label("detail"),
        _text(by).label("by"),
        (cast(null(), BigInteger) if amount_minor is None else amount_minor).label("amount_minor"),
        _text(currency).label("currency"),
    ).where(table.account_id == bindparam("account_id"), table.customer_id == bindparam("customer_id"))


def _text(column: Column | None) -> ColumnElement[str]:
    """A missing one is null of the right type: PostgreSQL wants the parts of a union alike."""
    return cast(null(), Text) if column is None else type_coerce(column, Text)
