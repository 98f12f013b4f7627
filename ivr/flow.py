"""A flow: the typed graph that a caller walks through.

A node says something, asks for a key, changes the language, hands the caller to a queue, or hangs up. The keys for
an emergency, a person and a repetition belong to the whole flow and work from the first second. A node's `label` is
what people see of it on their screens, by language; without one they see its name.
"""

from ctiserver.core.ids import QueueKey
from ctiserver.core.message import Frozen


class Say(Frozen, tag="say", forbid_unknown_fields=True):
    """Plays prompts, then goes on."""

    prompts: tuple[str, ...]
    next: str
    collect: dict[str, str] = {}
    label: dict[str, str] = {}


class Menu(Frozen, tag="menu", forbid_unknown_fields=True):
    """Asks for one key; after `attempts` wrong keys or silences goes to `on_failure`."""

    prompts: tuple[str, ...]
    keys: dict[str, str]
    on_failure: str
    timeout_seconds: float = 5.0
    attempts: int = 3
    invalid: str = "invalid-key"
    silence: str = "no-key"
    collect: dict[str, str] = {}
    label: dict[str, str] = {}


class Language(Frozen, tag="language", forbid_unknown_fields=True):
    """From here on the caller hears this language."""

    language: str
    next: str
    collect: dict[str, str] = {}
    label: dict[str, str] = {}


class Enqueue(Frozen, tag="queue", forbid_unknown_fields=True):
    """Hands the caller to the ACD; the prompts are heard while he already has his place.

    `closed`: the node for callers who come outside of the queue's hours; without it they are queued at any hour.
    """

    queue: QueueKey
    prompts: tuple[str, ...] = ()
    closed: str | None = None
    collect: dict[str, str] = {}
    label: dict[str, str] = {}


class HangUp(Frozen, tag="hangup", forbid_unknown_fields=True):
    """Says goodbye and ends the call."""

    prompts: tuple[str, ...] = ()
    collect: dict[str, str] = {}
    label: dict[str, str] = {}


Node = Say | Menu | Language | Enqueue | HangUp


class Shortcut(Frozen, forbid_unknown_fields=True):
    """A key that leads to a node from anywhere in the flow."""

    key: str
    node: str


class Flow(Frozen, forbid_unknown_fields=True):
    """The graph. `checked` graphs only: every name in it exists, and every node leads to a queue or an end."""

    name: str
    start: str
    nodes: dict[str, Node]
    languages: tuple[str, ...] = ("es", "en")
    emergency: Shortcut | None = None
    operator: Shortcut | None = None
    repeat_key: str | None = None

    def shortcuts(self) -> tuple[Shortcut, ...]:
        """The keys that lead away from every node."""
        return tuple(shortcut for shortcut in (self.emergency, self.operator) if shortcut)

    def straight_on(self, name: str) -> tuple[str, ...]:
        """The nodes that follow each other from `name` on, itself first, up to where a caller waits or chooses.

        A name that there is not ends the way, and so does a circle.
        """
        way: list[str] = []
        while name in self.nodes and name not in way:
            way.append(name)
            node = self.nodes[name]
            if not isinstance(node, Say | Language):
                break
            name = node.next
        return tuple(way)


def exits(node: Node) -> tuple[str, ...]:
    """The nodes that a node itself leads to, in order, without repetition."""
    match node:
        case Menu():
            return tuple(dict.fromkeys((*node.keys.values(), node.on_failure)))
        case Say() | Language():
            return (node.next,)
        case Enqueue(closed=str(closed)):
            return (closed,)
        case _:
            return ()
