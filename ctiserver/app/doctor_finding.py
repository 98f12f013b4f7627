"""What an examination of the doctor finds."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """How bad it is, from harmless to serious."""

    OK = "ok"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """`says` is what is so and, unless all is well, how to mend it."""

    mark: Mark
    says: str


def ok(says: str) -> Finding:
    """All is well."""
    return Finding(Mark.OK, says)


def warn(says: str) -> Finding:
    """It works, but will hurt some day."""
    return Finding(Mark.WARN, says)


def fail(says: str) -> Finding:
    """Callers are not served because of it."""
    return Finding(Mark.FAIL, says)
