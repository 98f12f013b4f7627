"""A node that waits until who picked up has finished: a machine its greeting and its tone, a person his words.

A message that begins before the tone is not recorded. The pause between a greeting and its tone is shorter than
`silence_seconds`; whoever makes no sound at all, or does not end, hears what follows after `at_most_seconds`.
"""

from collections.abc import Iterator
from typing import ClassVar

from ctiserver.core.commands import AwaitSilence
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.caller import Caller
from ivr.nodes.base import Known, NodeBase


class Quiet(NodeBase, tag="quiet"):
    """Goes on when it is quiet at the other end."""

    next: str
    silence_seconds: float = 1.5
    at_most_seconds: float = 30.0

    takes_keys: ClassVar[bool] = True
    keeps_time: ClassVar[bool] = True

    def exits(self) -> tuple[str, ...]:
        return (self.next,)

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if not 0 < self.silence_seconds < self.at_most_seconds:
            yield wrong(("at_most_seconds",), "no_chance", kind="quiet")

    def enter(self, caller: Caller) -> str | None:
        caller.hush()
        caller.tell(AwaitSilence(leg=caller.session.leg, seconds=self.silence_seconds))
        caller.wait(self.at_most_seconds)
        return None

    def fell_silent(self, caller: Caller) -> str | None:
        caller.stop_waiting()
        return self.next

    def silent(self, caller: Caller) -> str | None:
        return self.next
