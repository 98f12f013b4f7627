"""What becomes of who waits for too long or comes to a full queue, and of messages that are left instead of waiting."""

from typing import Literal

from ctiserver.core.customers import Candidate, Level
from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.ids import AgentKey, ContactId, QueueKey, RecordingId
from ctiserver.core.tables import InsteadOfWaiting

Limit = Literal["full", "waited"]
"""Too many waited when he came, or he waited for too long."""


class ContactOverflowed(ContactEvent):
    """He goes on in another queue, with the wait that he has."""

    queue: QueueKey
    from_queue: QueueKey
    reason: Limit


class ContactDeflected(ContactEvent):
    """He is offered something in place of waiting; he keeps his place while he chooses. (): there is nothing."""

    queue: QueueKey
    reason: Limit
    offers: tuple[InsteadOfWaiting, ...] = ()


class ContactTurnedAway(ContactEvent):
    """He is asked to call again, and waits no more."""

    queue: QueueKey


class MessageBegun(ContactEvent):
    """He leaves his place in line and speaks his message."""

    queue: QueueKey
    recording: RecordingId


class MessageLeft(ContactEvent):
    """His message is whole, and is for the agents of a queue; it may outlive his call."""

    account_id: int
    queue: QueueKey
    recording: RecordingId
    seconds: float
    pii_number: str
    language: str
    value_class: str
    pii_name: str = ""
    candidates: tuple[Candidate, ...] = ()
    level: Level = "none"


class MessageLost(ContactEvent):
    """His message could not be recorded or kept; while he is on the line he is told so, and asked once more.

    `queue`: whose agents it was for; None: it was one that a flow records for nobody in particular.
    """

    queue: QueueKey | None
    recording: RecordingId
    reason: str


class MessagePlaced(ContactEvent):
    """The message waits for an agent as a contact of its own; `left_in` is the call in which it was left."""

    left_in: ContactId
    queue: QueueKey
    recording: RecordingId
    seconds: float


class MessageGiven(ContactEvent):
    """An agent has the message in hand, until he says that he is done with it."""

    agent: AgentKey
    queue: QueueKey


class MessageAnswered(ContactEvent):
    """The agent called back whoever left the message, and has reached him: it is done, and `call` is in his hand."""

    agent: AgentKey
    call: ContactId
