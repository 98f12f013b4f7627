"""A row of the store as an answer: what bears the same name is the same, what is worked out is said beside."""

from typing import Any, TypeVar

import msgspec

Answer = TypeVar("Answer", bound=msgspec.Struct)


def shaped(shape: type[Answer], row: object, **derived: Any) -> Answer:
    """The answer: fields named in `derived` are those, the others the attributes of `row` with their names."""
    same = (field.name for field in msgspec.structs.fields(shape) if field.name not in derived)
    return shape(**{name: getattr(row, name) for name in same}, **derived)
