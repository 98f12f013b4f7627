"""The time that adapters need: what it is now, and a call later on."""

from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """`now` is UTC epoch seconds; `call_later` counts monotonic seconds and returns what cancels it."""

    def now(self) -> float:
        """UTC epoch seconds."""

    def call_later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Calls once after `seconds`; the returned function cancels it and may be called at any time."""
