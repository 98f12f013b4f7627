"""One page of a list, as the API answers it: the rows, and the cursor of the next page."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from crm_core.paging import Page

T = TypeVar("T")


class Listing(msgspec.Struct, Generic[T], kw_only=True):
    """`next` None: there are no more; else send it as `cursor`."""

    items: list[T]
    next: str | None


def listing(page: Page[Any], shape: Callable[[Any], T]) -> Listing[T]:
    """The page with its rows in their shape."""
    return Listing(items=[shape(row) for row in page.rows], next=page.next)


def number_of(written: str) -> int:
    """The id in a path; 0, which nothing has, for what is no number."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 18 else 0
