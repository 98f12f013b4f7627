"""Flows and surveys as the typed things they are; parsed once for each version, which is the hash of the text."""

from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from ctiserver.core.tables import Document

_T = TypeVar("_T")


def parsed(document: Document, kind: type[_T]) -> _T:
    """The document as a Flow or a Survey."""
    return cast(_T, _parsed(_Key(document), cast(Any, kind)))


class _Key:
    """Lets documents be cached by version."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return hash(self.document.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.document.version == self.document.version


@lru_cache(maxsize=128)
def _parsed(key: _Key, kind: type[Any]) -> Any:
    return msgspec.convert(key.document.content, kind)
