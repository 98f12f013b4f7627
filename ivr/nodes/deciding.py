"""A node that decides by what is known: a variable, the level of identification, the class, the hours of a queue."""

from collections.abc import Iterator, Mapping

from ctiserver.core.hours import is_open
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.caller import Caller
from ivr.nodes.base import Known, NodeBase

_HOURS = "hours:"


class Decide(NodeBase, tag="decide"):
    """Goes where the value leads. `on`: a variable, or `hours:QUEUE`, which is "open" or "closed".

    The case "" is that of no value. What no case names goes to `otherwise`.
    """

    on: str
    cases: dict[str, str]
    otherwise: str

    def exits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.cases.values(), self.otherwise)))

    def ways(self) -> Mapping[str, str]:
        return {self.otherwise: "…"} | {target: case or "–" for case, target in self.cases.items()}

    def uses(self) -> tuple[str, ...]:
        return () if self.on.startswith(_HOURS) else (self.on,)

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if not self.cases:
            yield wrong(("cases",), "no_cases")
        queue = self.on.removeprefix(_HOURS)
        if queue != self.on and queue not in known.queues:
            yield wrong(("on",), "wrong_hours", queue=queue)

    def enter(self, caller: Caller) -> str | None:
        return self.ahead(caller)

    def ahead(self, caller: Caller) -> str | None:
        return self.cases.get(self._value(caller), self.otherwise)

    def _value(self, caller: Caller) -> str:
        if not self.on.startswith(_HOURS):
            return caller.value(self.on)
        key = self.on.removeprefix(_HOURS)
        queue = next((queue for queue in caller.desk.tables.queues if queue.key == key), None)
        if queue is None:
            return "closed"
        return "open" if queue.emergency or is_open(queue.hours, caller.turn.at) else "closed"
