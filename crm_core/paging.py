"""Pages of a long list by a cursor, which stays right while rows come and go: a key of the last row, not a count.

The cursor is opaque text. It holds the values of the order's columns of the last row of the page; the next page begins
behind them. The last column of an order must be unique.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from ctiserver.core.errors import Refusal

R = TypeVar("R")
PAGE_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows of one page; `next` None: there are no more."""

    rows: Sequence[R]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class By:
    """One column of an order."""

    column: InstrumentedAttribute[Any]
    descending: bool = False


def page(
    session: Session, query: Select[R], order: Sequence[By], *, cursor: str | None, limit: int
) -> Page[R]:
    """The rows behind the cursor, at most `limit` (1 to 200). `order` names columns that are never null.

    Raises Refusal for a cursor that this order has not given.
    """
    limit = min(max(limit, 1), PAGE_AT_MOST)
    if cursor is not None:
        columns = [one.column for one in order]
        query = query.where(
            behind(columns, order, decode(cursor, [column.type.python_type for column in columns]))
        )
    sorted_query = query.order_by(*(one.column.desc() if one.descending else one.column for one in order))
    rows = session.scalars(sorted_query.limit(limit + 1)).all()
    if len(rows) <= limit:
        return Page(rows)
    last = rows[limit - 1]
    return Page(rows[:limit], encode([getattr(last, one.column.key) for one in order]))


def behind(
    columns: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
    order: Sequence[By],
    values: Sequence[Any],
) -> ColumnElement[bool]:
    """The condition that a row comes after `values` in this order."""
    condition: ColumnElement[bool] = false()
    for column, one, value in reversed(list(zip(columns, order, values, strict=True))):
        after = column < value if one.descending else column > value
        condition = or_(after, and_(column == value, condition))
    return condition


def encode(values: Sequence[Any]) -> str:
    """The cursor of a row with these values."""
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def decode(cursor: str, types: Sequence[type]) -> list[Any]:
    """The values of a cursor. Raises Refusal when they are not of these types."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != len(types) or not all(map(_fits, values, types)):
        raise Refusal("wrong_cursor", "send the cursor that the page before gave, or none for the first page")
    return values


def _fits(value: Any, kind: type) -> bool:
    return isinstance(value, (int, float) if kind is float else kind)
