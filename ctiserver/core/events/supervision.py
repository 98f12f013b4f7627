"""What supervisors do with live calls and what agents ask them for."""

from typing import Literal

from ctiserver.core.events.agent import AgentEvent
from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.ids import AgentKey, ContactId, QueueKey

Why = Literal["help", "abuse"]


class HandRaised(AgentEvent):
    """The agent asks for a supervisor; `contact`: the one in his hand, if any. `abuse`: a caller has insulted him."""

    why: Why
    contact: ContactId | None = None


class HandLowered(AgentEvent):
    """Somebody has seen to it, the agent himself or `by`."""

    by: str
    contact: ContactId | None = None


class SupervisorAsked(ContactEvent):
    """The agent who has this contact in hand asks for a supervisor."""

    agent: AgentKey


class NoticeSent(AgentEvent):
    """A supervisor wrote to the agent; it stays on his desk until he has read it."""

    notice: str
    text: str
    by: str


class NoticeRead(AgentEvent):
    """The agent has read it."""

    notice: str


class AbuseReported(ContactEvent):
    """The caller insulted the agent: he hears a polite goodbye, and the call ends."""

    agent: AgentKey
    segment: int


class ContactClosed(ContactEvent):
    """A supervisor ends the call."""

    by: str
    reason: str


class ContactMoved(ContactEvent):
    """A supervisor puts the waiting caller into another queue."""

    by: str
    queue: QueueKey
    from_queue: QueueKey


class SupervisionStarted(ContactEvent):
    """A supervisor is in the talk with the agent: `listen`, `whisper` or `barge`. `told`: the agent may see it."""

    supervisor: AgentKey
    agent: AgentKey
    mode: str
    told: bool = False


class SupervisionModeChanged(ContactEvent):
    """He goes on in another way."""

    supervisor: AgentKey
    agent: AgentKey | None
    mode: str


class SupervisionEnded(ContactEvent):
    """He is in the talk no more: stopped, hung_up, talk_ended or taken_over; or he never was, since his telephone was
    not_answered, phone_busy, phone_rejected or phone_unreachable."""

    supervisor: AgentKey
    agent: AgentKey | None
    reason: str
