"""A caller at one node of his flow, called `here`, with a person on 0, an emergency on 9 and star to repeat."""

from typing import Any

from company import FLOW
from driven_ivr import CONTACT, LEG, Driven, nodes

from ctiserver.core.commands import RunAction
from ctiserver.core.customers import Candidate
from ctiserver.core.inputs import ActionDone, ActionFailed
from ctiserver.core.message import Message
from ctiserver.core.tables import Document

ROSA = Candidate(customer_id=7, pii_name="Rosa Díaz", value_class="A")
ENDS = ("operator", "emergency", "advice", "balance")
_made = [0]


class AtNode(Driven):
    """`here` is the node's table; other nodes by keyword, `flow` for what stands above the nodes."""

    def __init__(
        self,
        here: dict[str, Any],
        *,
        flow: dict[str, Any] | None = None,
        number: str = "+56221234567",
        spoken_languages: tuple[str, ...] = (),
        **more: Any,
    ) -> None:
        _made[0] += 1
        kept = {name: FLOW["nodes"][name] for name in ENDS}
        bye = {"type": "hangup", "prompts": ["goodbye"]}
        content = FLOW | {"start": "here", "nodes": kept | {"here": here, "next": bye} | more} | (flow or {})
        super().__init__(
            number=number,
            flows={"main": Document(version=f"single-{_made[0]}", content=content)},
            spoken_languages=spoken_languages,
        )

    def comes_to(self, outcome: str, **values: str) -> list[Message]:
        """The action that he waits for has an outcome."""
        return self.say(ActionDone(at=6.0, action=self.session.action, outcome=outcome, values=values))

    def fails(self, reason: Any = "error") -> list[Message]:
        """The action that he waits for has none."""
        return self.say(ActionFailed(at=6.0, action=self.session.action, reason=reason))


def actions(said: list[Message]) -> list[tuple[str, dict[str, str]]]:
    """The actions that were asked for, with their arguments."""
    return [(one.name, one.arguments) for one in said if isinstance(one, RunAction)]


__all__ = ["CONTACT", "LEG", "ROSA", "AtNode", "actions", "nodes"]
