"""A flow: the typed graph that a caller walks through.

Its nodes stand in `ivr.nodes`. The keys for an emergency, a person and a repetition belong to the whole flow and work
from the first second. `identify` names the node that callers go through when another one needs to know who they are.
"""

from ctiserver.core.message import Frozen
from ivr.nodes.acting import Act as Act
from ivr.nodes.asking import Ask as Ask
from ivr.nodes.deciding import Decide as Decide
from ivr.nodes.guessing import Guess as Guess
from ivr.nodes.handing_over import AskSurvey as AskSurvey
from ivr.nodes.handing_over import Enqueue as Enqueue
from ivr.nodes.handing_over import Transfer as Transfer
from ivr.nodes.identifying import Identify as Identify
from ivr.nodes.leaving_word import Callback as Callback
from ivr.nodes.leaving_word import Voicemail as Voicemail
from ivr.nodes.talk import HangUp as HangUp
from ivr.nodes.talk import Language as Language
from ivr.nodes.talk import Menu as Menu
from ivr.nodes.talk import Say as Say
from ivr.nodes.waiting import Quiet as Quiet

Node = (
    Say
    | Menu
    | Language
    | HangUp
    | Ask
    | Identify
    | Act
    | Decide
    | Guess
    | Enqueue
    | Transfer
    | AskSurvey
    | Callback
    | Voicemail
    | Quiet
)


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
    identify: str | None = None
    given: tuple[str, ...] = ()
    """Variables that whoever has customers called with this flow brings along (`values` of a dial)."""
    title: dict[str, str] = {}
    """What people see of it, by language."""
    transfer: bool = True
    """Whether agents may pass their callers on to it; never, where something is `given`."""

    def shortcuts(self) -> tuple[Shortcut, ...]:
        """The keys that lead away from every node."""
        return tuple(shortcut for shortcut in (self.emergency, self.operator) if shortcut)

    def shortcut(self, key: str) -> Shortcut | None:
        """Where a key leads from every node; None: nowhere."""
        return next((shortcut for shortcut in self.shortcuts() if shortcut.key == key), None)

    @property
    def is_emergency(self) -> bool:
        """Whether all of it is for emergencies: whoever comes to a queue comes to that of its emergency key."""
        if self.emergency is None:
            return False
        end = self.nodes[self.straight_on(self.emergency.node)[-1]]
        queues = {node.queue for node in self.nodes.values() if isinstance(node, Enqueue)}
        return isinstance(end, Enqueue) and queues == {end.queue}

    def is_urgent(self, name: str) -> bool:
        """Whether a node is on the way to an emergency."""
        return self.is_emergency or (
            self.emergency is not None and name in self.straight_on(self.emergency.node)
        )

    def opening(self) -> frozenset[str]:
        """The announcements that a caller may hear before anything is asked or done."""
        seen: set[str] = set()
        todo = [self.start]
        while todo:
            name = todo.pop()
            if name in self.nodes and name not in seen and isinstance(self.nodes[name], Say | Decide):
                seen.add(name)
                todo += self.nodes[name].exits()
        return frozenset(name for name in seen if isinstance(self.nodes[name], Say))

    def straight_on(self, name: str) -> tuple[str, ...]:
        """The nodes that follow each other from `name` on, itself first, up to where a caller waits or chooses.

        A name that there is not ends the way, and so does a circle.
        """
        way: list[str] = []
        while name in self.nodes and name not in way:
            way.append(name)
            following = self.nodes[name].straight()
            if following is None:
                break
            name = following
        return tuple(way)
