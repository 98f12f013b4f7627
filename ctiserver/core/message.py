"""What every message shares.

Messages are frozen `msgspec` structs: compared by value, matched by class, and written as JSON objects whose
`type` is the class name (docs/adr/0002). Times are UTC epoch seconds.
"""

from typing import Any, dataclass_transform

from msgspec import Struct, StructMeta, field


class FrozenMeta(StructMeta):
    """Makes every struct below it frozen and keyword-only without saying so at each class."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> type:
        return super().__new__(mcls, name, bases, namespace, **{"frozen": True, "kw_only": True} | options)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Frozen(Struct, metaclass=FrozenMeta, frozen=True, kw_only=True, omit_defaults=True):
    """A value: no identity, never changed."""


class Message(Frozen, tag=True):
    """Anything that an engine takes or gives."""


class Input(Message):
    """What happened in the world, or what a person or program asks; it is journaled before it is handled.

    `resync` says that it was found by comparing what we believed with what Asterisk holds, so that `at` is
    the best time known (from Asterisk's CEL file, else that of the comparison).
    """

    at: float
    resync: bool = False


class Event(Message):
    """What is now so; derived from an input, and derived again by replay."""

    at: float


class Command(Message):
    """What the world shall do. It has no answer: its outcome comes back as an input."""
