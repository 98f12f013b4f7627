"""What all tables share: the declarative base, portable column types, names of constraints.

Times are UTC epoch seconds as floats, money is a whole number of the currency's smallest unit, text is
cleaned of the two things that PostgreSQL cannot hold (NUL and lone surrogates): a caller id comes from
strangers and must never stop the reader that records it.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Any

from sqlalchemy import JSON, CheckConstraint, Dialect, Double, MetaData, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from ctiserver.core.errors import StaleVersion

DEFAULT_ACCOUNT_ID = 1
NEVER_AT = 253402300800.0
"""Year 10000, in the place of a time that there is none of: later than all that is due."""

EpochSeconds = Annotated[float, mapped_column(Double)]
"""UTC seconds since 1970, as the engines count them."""

Seconds = Annotated[float, mapped_column(Double)]
"""A duration."""

Degrees = Annotated[float, mapped_column(Double)]
"""Geographic: WGS 84, north and east are positive."""

PORTABLE_JSON = JSON().with_variant(JSONB(), "postgresql")


def one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(word)) for word in words)})", column)


def clean(text: str) -> str:
    """The text without NUL and lone surrogates, which become the replacement character."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def clean_json(value: Any) -> Any:
    """A copy of a JSON-able value whose texts (keys too) are clean."""
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(str(key)): clean_json(item) for key, item in value.items()}
        case list() | tuple():
            return [clean_json(item) for item in value]
        case _:
            return value


def to_json(value: Any) -> str:
    """How JSON columns are written."""
    return json.dumps(clean_json(value), ensure_ascii=False, separators=(",", ":"))


class CleanText(TypeDecorator[str]):
    """Text that every supported database can hold."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class WordSet(TypeDecorator[frozenset[str]]):
    """A set of words without spaces, stored as text in alphabetical order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        return None if value is None else frozenset(value.split())


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: CleanText,
        frozenset[str]: WordSet,
        dict[str, Any]: PORTABLE_JSON,
        list[Any]: PORTABLE_JSON,
    }


def check_version(latest: int, expected: int | None) -> None:
    """Raises StaleVersion when a row has changed since `expected` was read; None: whichever there is."""
    if expected is not None and latest != expected:
        raise StaleVersion(
            latest, f"this was changed meanwhile: it is at version {latest}; read it and try again"
        )


class ConfiguresEngines:
    """Marks the tables whose rows the engines work with: a change raises the configuration version."""
