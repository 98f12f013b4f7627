"""What an agent of a campaign does with the number before him."""

from ctiserver.core.ids import AgentKey, LegId
from ctiserver.core.requests.base import Request


class PreviewLead(Request):
    """Show a free agent the customer whom he may call next: his own call-backs first, then anyone's."""

    agent: AgentKey
    campaign: int


class DialLead(Request):
    """Call the customer whom the agent was shown; he is kept for him while the telephone rings."""

    agent: AgentKey
    attempt: LegId


class SkipLead(Request):
    """Not this customer now: give him back, or stop ringing him."""

    agent: AgentKey
    attempt: LegId
    reason: str = ""
