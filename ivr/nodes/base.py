"""What all nodes of a flow share.

`label` is what people see of a node on their screens, `collect` what coming to it says of the caller, `needs` how sure
the center must be of who he is. A node that takes no part in something (keys, silence, actions) has the answer of this
base: nothing happens.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from ctiserver.core.actions import ActionSpec
from ctiserver.core.customers import Level
from ctiserver.core.message import Frozen
from ctiserver.core.toml_mistakes import Wrong
from ivr.caller import Caller
from ivr.session_state import Session

GO_BACK = ""
"""Instead of a node: the one that the caller was to be identified for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that a flow may use. `stored`: what the customer store may hold under its own names."""

    prompts: Collection[str]
    queues: Collection[str]
    actions: Mapping[str, ActionSpec]
    flows: Collection[str] | None = None
    surveys: Collection[str] | None = None
    stored: Collection[str] = ()
    languages: Collection[str] = ()


class NodeBase(Frozen, forbid_unknown_fields=True):
    """A node; its name is the key under which it stands in the flow."""

    collect: dict[str, str] = {}
    label: dict[str, str] = {}
    needs: Level = "none"

    takes_keys: ClassVar[bool] = False
    """Whether a caller is waited for here: then a key pressed before is for this node."""
    keeps_time: ClassVar[bool] = False
    """Whether a key does not end its time, as it does where an answer is waited for."""
    speaks_in_time: ClassVar[bool] = False
    """Whether its time runs, and ends, also while it speaks."""
    is_end: ClassVar[bool] = False
    """Whether the flow is over here: in a queue, another flow, a survey, or with the call."""

    # What it is made of

    def exits(self) -> tuple[str, ...]:
        """The nodes that it leads to, in order, without repetition."""
        return ()

    def ways(self) -> Mapping[str, str]:
        """What the picture of the flow writes on the way to each node that it leads to."""
        return dict.fromkeys(self.exits(), "")

    def says(self) -> tuple[str, ...]:
        """Every prompt that it may say, with variables in braces."""
        return ()

    def straight(self) -> str | None:
        """The node that follows when nobody chooses and nothing is found out; None: that depends."""
        return None

    def gives(self, actions: Mapping[str, ActionSpec]) -> Mapping[str, str]:
        """The variables that it fills, and what each is said as."""
        return {}

    def uses(self) -> tuple[str, ...]:
        """The variables that it reads, beside those that it says."""
        return ()

    def wrong(self, known: Known) -> Iterator[Wrong]:
        """What is wrong in it, whatever stands around it; the path of each begins inside of the node."""
        yield from ()

    # What it does

    def enter(self, caller: Caller) -> str | None:
        """He comes here."""
        return None

    def ahead(self, caller: Caller) -> str | None:
        """The node that a key pressed here is meant for or passes through on its way; None: it is for nobody."""
        return self.straight()

    def said(self, caller: Caller) -> str | None:
        """What was to be said is said, or could not be."""
        return None

    def collects(self, session: Session) -> bool:
        """Whether keys are part of an answer now, so that none of them leads away by itself."""
        return False

    def is_answer(self, session: Session) -> bool:
        """Whether what he has typed could be all of his answer."""
        return True

    def pressed(self, caller: Caller, digit: str) -> str | None:
        """He pressed a key that is not for the flow as a whole."""
        return None

    def repeated(self, caller: Caller) -> str | None:
        """He wants to hear it again."""
        return None

    def silent(self, caller: Caller) -> str | None:
        """No key for too long."""
        return None

    def spoke(self, caller: Caller) -> None:
        """Who is at the other end begins to speak."""

    def fell_silent(self, caller: Caller) -> str | None:
        """Who is at the other end has finished what he said."""
        return None

    def heard(self, caller: Caller, text: str, confidence: float) -> str | None:
        """He said something that was recognised."""
        return None

    def done(self, caller: Caller, outcome: str, values: dict[str, str]) -> str | None:
        """An action came to an end."""
        return None

    def failed(self, caller: Caller, reason: str) -> str | None:
        """An action came to none."""
        return None

    def secret_begun(self, caller: Caller) -> str | None:
        """The first key of a secret was pressed."""
        return None

    def secret_heard(self, caller: Caller) -> str | None:
        """The secret is whole."""
        return None


class Asks(NodeBase):
    """A node that wants keys: after `attempts` wrong or missing answers it goes to `on_failure`."""

    on_failure: str
    timeout_seconds: float = 5.0
    attempts: int = 3
    invalid: str = "invalid-key"
    silence: str = "no-key"

    takes_keys: ClassVar[bool] = True

    def again(self, caller: Caller, excuse: str, prompts: tuple[str, ...]) -> str | None:
        """One attempt less: he hears why, and the question again; or goes where the node says."""
        caller.session.attempts += 1
        if caller.session.attempts >= self.attempts:
            return self.on_failure
        caller.hear((excuse, *prompts))
        return None

    def no_chance(self) -> bool:
        """Whether nobody could answer in time."""
        return self.attempts < 1 or self.timeout_seconds <= 0
