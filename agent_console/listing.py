"""One page of a list, as the API answers it: the rows, and the cursor of the next page."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from crm_core.paging import PAGE_AT_MOST, Page
from ctiserver.core.errors import Refusal

T = TypeVar("T")


class PageQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which page of a list; `cursor` None: the first."""

    cursor: str | None = None
    limit: int = 50


class Listing(msgspec.Struct, Generic[T], kw_only=True):
    """`next` None: there are no more; else send it as `cursor`."""

    items: list[T]
    next: str | None


def listing(page: Page[Any], shape: Callable[[Any], T]) -> Listing[T]:
    """The page with its rows in their shape."""
    return Listing(items=[shape(row) for row in page.rows], next=page.next)


def page_of(rows: Sequence[T], key: Callable[[T], object], cursor: str | None, limit: int) -> Listing[T]:
    """A page of rows that are all at hand; the cursor is the key of the last one. Raises Refusal for a wrong one."""
    keys = [str(key(row)) for row in rows]
    if cursor is not None and cursor not in keys:
        raise Refusal("wrong_cursor", "send the cursor that the page before gave, or none for the first page")
    begin = 0 if cursor is None else keys.index(cursor) + 1
    end = begin + min(max(limit, 1), PAGE_AT_MOST)
    return Listing(items=list(rows[begin:end]), next=keys[end - 1] if end < len(rows) else None)


def number_of(written: str) -> int:
    """The id in a path; 0, which nothing has, for what is no number."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 18 else 0
