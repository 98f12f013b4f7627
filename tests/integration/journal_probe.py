"""Reads the journal beside its writer: what came in, what followed, and what is left of it all.

Unlike the bus it loses nothing while the calls process is dead, and it says what a start would know.
"""

from typing import Any, TypeVar

from ctiserver.app.calls import SWITCH
from ctiserver.app.center import Center
from ctiserver.asterisk.belief import Belief
from ctiserver.core import wire
from ctiserver.core.config import Config
from ctiserver.core.events import Event
from ctiserver.core.inputs import SwitchSynced
from ctiserver.core.message import Input, Message
from ctiserver.journal.line import Derived, Entry
from ctiserver.journal.readers import JournalReader
from ctiserver.process import folders
from dialer.scheduled import LOOK

_M = TypeVar("_M", bound=Message)


class JournalProbe:
    """Folds each line once: into the belief that a start would have now, and `inputs` and `events`.

    Those two hold what came after the probe was made.
    """

    def __init__(self, config: Config) -> None:
        self._reader = JournalReader(folders.journal_dir(config), entries=True)
        self._center = Center(f"{config.installation.name}-{SWITCH}")
        self._belief = Belief()
        self._inputs: list[tuple[int, Input]] = []
        self._events: list[Event] = []
        self._epoch = 0
        self._look()
        self._inputs.clear()
        self._events.clear()

    def inputs(self, kind: type[_M], **fields: Any) -> list[_M]:
        """The inputs and requests of one kind so far whose fields are as given."""
        self._look()
        return _like([message for _epoch, message in self._inputs], kind, fields)

    def events(self, kind: type[_M], **fields: Any) -> list[_M]:
        """The events of one kind so far whose fields are as given."""
        self._look()
        return _like(self._events, kind, fields)

    def belief(self) -> Belief:
        """What a calls process that starts now would believe."""
        self._look()
        return self._belief

    def tail(self) -> str:
        """The last inputs and events, for a failed assertion."""
        self._look()
        newest = [str(message) for _epoch, message in self._inputs[-30:]]
        return "\n".join(["", *newest, "events:", *map(str, self._events[-40:])])

    @property
    def epoch(self) -> int:
        """That of the newest entry."""
        self._look()
        return self._epoch

    def synced_at(self, epoch: int) -> float | None:
        """When the calls process of an epoch first agreed with Asterisk; None while it has not."""
        self._look()
        return next((m.at for e, m in self._inputs if e == epoch and isinstance(m, SwitchSynced)), None)

    def left(self) -> dict[str, Any]:
        """What no call in progress explains, were there none: legs, commands, timers, prompts, recordings."""
        state = self.belief().state()
        state["due"].pop(LOOK, None)  # the dialer looks for what is due, calls or no calls
        names = ("legs", "contacts", "open", "due", "playbacks", "recordings")
        return {name: state[name] for name in names if state[name]}

    def _look(self) -> None:
        while lines := self._reader.read():
            for line in lines:
                if isinstance(line, Derived):
                    self._events.append(wire.decode_event(line.body))
                elif isinstance(line, Entry):
                    self._fold(line)

    def _fold(self, entry: Entry) -> None:
        message = wire.decode_input(entry.body)
        self._inputs.append((entry.epoch, message))
        self._epoch = entry.epoch
        turn = self._center.handle(entry.epoch, entry.seq, message)
        for one in (message, *turn.said):
            self._belief.note(one)


def _like(messages: list[Any], kind: type[_M], fields: dict[str, Any]) -> list[_M]:
    return [
        message
        for message in messages
        if isinstance(message, kind) and all(getattr(message, name) == fields[name] for name in fields)
    ]
