"""What becomes of a customer whom the center calls."""

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.leads import AnsweredBy, Decider, DialResult
from ctiserver.core.message import Event


class LeadEvent(Event):
    """Something about one attempt to reach a customer."""

    account_id: int
    dial_id: int
    attempt: LegId


class LeadDialed(LeadEvent):
    """The switch is to ring him; `contact` is what the call becomes if he answers."""

    contact: ContactId


class LeadRinging(LeadEvent):
    """His telephone rings."""


class LeadReached(LeadEvent):
    """He answered, or his machine did: he hears the flow, or is asked the survey, or else waits in the queue.

    `campaign`, `agent`: see Lead. `answered_by` None: nobody listened for machines.
    """

    contact: ContactId
    pii_number: str
    customer: Candidate
    language: str
    flow: str = ""
    survey: str = ""
    values: dict[str, str] = {}
    queue: QueueKey | None = None
    campaign: int | None = None
    agent: AgentKey | None = None
    answered_by: AnsweredBy | None = None
    detector_cause: str = ""
    detector_seconds: float = 0.0


class LeadConnected(LeadEvent):
    """An agent of the campaign speaks with him."""

    contact: ContactId
    campaign: int
    agent: AgentKey


class LeadAbandoned(LeadEvent):
    """No agent came within the tolerance: from now on he hears `flow`.

    `by_leaving`: an agent was there for him and left, or was taken by a caller; counted apart.
    """

    contact: ContactId
    campaign: int
    flow: str
    by_leaving: bool = False


class LeadFailed(LeadEvent):
    """He did not answer; `retry_at` None: he is not tried again."""

    result: DialResult
    decided_by: Decider
    sip_code: int = 0
    q850: int = 0
    retry_at: float | None = None


class LeadEnded(LeadEvent):
    """The call to a customer who answered is over; `retry_at` None: he is not tried again."""

    result: DialResult
    decided_by: Decider
    retry_at: float | None = None
