"""One journal entry in hand."""

from typing import Protocol

import msgspec

from ctiserver.core.ids import ordinal
from ctiserver.core.message import Command, Event, Input, Message


class Turn(msgspec.Struct, kw_only=True):
    """Names what one entry makes, and keeps what the engines said to it, in order.

    `at` is the time of the entry: the only "now" an engine knows. The same entry always gives the same names,
    so that replay repeats every decision to the letter. `faults`: our own mistakes, to be logged and mended.
    """

    name: str
    at: float
    said: list[Message] = []
    named: int = 0
    faults: list[Exception] = []

    def new_id(self) -> str:
        """A new name, for a thing or for a command that makes one."""
        self.named += 1
        return f"{self.name}-{ordinal(self.named)}"

    @property
    def events(self) -> list[Event]:
        """What is now so."""
        return [message for message in self.said if isinstance(message, Event)]

    @property
    def commands(self) -> list[Command]:
        """What shall be done."""
        return [message for message in self.said if isinstance(message, Command)]

    def say(self, *messages: Message) -> None:
        """Append events (what is now so) and commands (what shall be done)."""
        self.said.extend(messages)


class Engine(Protocol):
    """Decides; touches nothing. It takes inputs, requests and the events of its fellows."""

    def handle(self, message: Input | Message, turn: Turn) -> None:
        """Change the engine's state and say what follows. Raises Refusal before any change."""

    def state(self) -> object:
        """All that it knows as plain JSON values."""

    def restore(self, state: object) -> None:
        """Take the place of the engine that gave `state`."""
