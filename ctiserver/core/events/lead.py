"""What becomes of a customer whom the center calls."""

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import ContactId, LegId
from ctiserver.core.leads import Decider, DialResult
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
    """He answered: he hears the flow, or else is asked the survey."""

    contact: ContactId
    pii_number: str
    customer: Candidate
    language: str
    flow: str = ""
    survey: str = ""
    values: dict[str, str] = {}


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
