"""What an agent is, and for whom he is kept."""

from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.message import Event
from ctiserver.core.requests import Status


class AgentEvent(Event):
    """Something about one agent."""

    agent: AgentKey


class AgentStatusChanged(AgentEvent):
    """What the agent is from now on; `by` is himself, somebody else, or the center. `until`: it ends by itself."""

    status: Status
    reason: str
    by: str
    until: float | None = None


class NextStatusChosen(AgentEvent):
    """Takes effect when the contact in hand ends."""

    status: Status
    reason: str


class AgentReserved(AgentEvent):
    """Kept for one contact."""

    contact: ContactId


class AgentMuted(AgentEvent):
    """The agent has silenced himself, or (not `muted`) is heard again; it ends with his part of the call."""

    contact: ContactId
    muted: bool


class AgentReleased(AgentEvent):
    """Free of the contact he was kept for, or had."""

    contact: ContactId


class AgentLent(AgentEvent):
    """While he is idle he takes callers, and else the answers of this campaign alone; None: of none."""

    campaign: int | None
