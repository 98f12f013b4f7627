"""Waiting for many answers at once."""

from collections.abc import Iterable
from typing import TypeVar

from twisted.internet.defer import Deferred, FirstError, gatherResults

T = TypeVar("T")


async def together(answers: Iterable[Deferred[T]]) -> list[T]:
    """All results in the order given. Raises the first error as it is, at once; later ones are dropped."""
    try:
        return await gatherResults(list(answers), consumeErrors=True)
    except FirstError as first:
        first.subFailure.raiseException()
        raise
