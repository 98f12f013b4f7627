"""Every error that crosses a boundary, by who has to mend it.

`ConfigError`: whoever wrote the configuration. `Refusal`: whoever made the request. `SwitchError` and
`StoreError`: Asterisk and the database. `Bug`: us.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class CtiError(Exception):
    """The root of all errors that this product raises on purpose."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file that a person wrote: where it is and how to mend it."""

    path: str
    message: str
    error_id: str = ""
    """Stable, for the words of a person's own language; "": there are none."""
    fields: tuple[tuple[str, str], ...] = ()
    """What those words speak of, by name."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class ConfigError(CtiError):
    """All mistakes of a configuration at once; whoever raises it refuses to start."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class Refusal(CtiError):
    """A request that was understood and refused; `error_id` is stable and meant for programs."""

    def __init__(self, error_id: str, message: str) -> None:
        self.error_id = error_id
        super().__init__(message)


class SwitchError(CtiError):
    """Asterisk could not do what was asked."""


class SwitchUnreachable(SwitchError):
    """No connection to Asterisk, or it was lost before the answer came."""


class CallGone(SwitchError):
    """The channel, bridge or recording no longer exists: a normal end, not a fault."""


class SwitchRefused(SwitchError):
    """Asterisk answered with an HTTP status of 400 or more that is not "gone"."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason
        super().__init__(f"{status} {reason}")


class StoreError(CtiError):
    """The database could not do what was asked."""


class NotFound(StoreError):
    """No such row."""


class Conflict(StoreError):
    """The row changed meanwhile, or exists already."""


class Unstorable(StoreError):
    """A value that the database has no room for: a number too large, a text with a NUL."""


class StaleVersion(Conflict):
    """The row is no longer as the writer has read it; `version` is the latest."""

    def __init__(self, version: int, message: str) -> None:
        self.version = version
        super().__init__(message)


class InstallError(CtiError):
    """Something that the product needs could not be installed; the message names the command to repeat."""


class Bug(CtiError):
    """Ours to mend: something happened that the state table has no row for."""


class IllegalTransition(Bug):
    """A state machine got an event that its state does not know."""
