"""The contact is given to an agent: why to him, and what his phone said."""

from typing import Literal

from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.message import Frozen


class Head(Frozen):
    """The first of one group of a queue at a decision: its score in seconds (head start plus slope times wait).

    `escalated`: it had waited for the ceiling; `waited_seconds` None in records of before that was kept; `named`: it
    was passed on to this very agent; `called`: it answered a campaign's call.
    """

    queue: QueueKey
    contact: ContactId
    value_class: str
    score_seconds: float
    emergency: bool
    preference: int
    escalated: bool = False
    waited_seconds: float | None = None
    named: bool = False
    called: bool = False


class DecisionMade(ContactEvent):
    """Why this contact went to this agent: the rule that decided, and what else stood at the heads.

    `inbound`: a caller goes before whoever answered a campaign's call; `called`: it was this agent who called him;
    `ceiling`: he had waited too long. `excluded`: how many agents, or queues, were out of the question, by reason.
    """

    agent: AgentKey
    queue: QueueKey
    rule: Literal[
        "only", "called", "emergency", "inbound", "ceiling", "named", "preference", "score", "arrival"
    ]
    heads: tuple[Head, ...]
    idle_agents: int
    excluded: dict[str, int]


class OfferMade(ContactEvent):
    """The contact is offered to an agent, whose phone is being rung as `leg`."""

    agent: AgentKey
    queue: QueueKey
    leg: LegId


class OfferRinging(ContactEvent):
    """The agent's phone rings: the moment of the screen pop."""

    agent: AgentKey


class OfferAccepted(ContactEvent):
    """The phone was answered; the two are being joined."""

    agent: AgentKey


class OfferExpired(ContactEvent):
    """Nobody answered in time."""

    agent: AgentKey


class OfferRefused(ContactEvent):
    """The phone said no; `reason` as in LegFailed, or `hung_up_at_once`."""

    agent: AgentKey
    reason: str


class OfferWithdrawn(ContactEvent):
    """The caller left, or was moved, while the phone rang."""

    agent: AgentKey
