"""What an agent does with the call in his hand, and calls that he makes."""

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, ContactId, QueueKey
from ctiserver.core.permit import Permit
from ctiserver.core.requests.base import Request


class Hold(Request):
    """Music for the caller, and nobody hears the agent."""

    agent: AgentKey


class Resume(Request):
    """Take the caller back from hold."""

    agent: AgentKey


class Mute(Request):
    """Nobody hears the agent any more, or (not `muted`) all do again; for whatever telephone he has."""

    agent: AgentKey
    muted: bool = True


class HangUp(Request):
    """The agent is done with the caller."""

    agent: AgentKey


class SendDigits(Request):
    """Press keys for the caller's side to hear."""

    agent: AgentKey
    pii_digits: str


class StartRecordingNow(Request):
    """Record this talk, where the queue leaves that to the agent."""

    agent: AgentKey


class PauseRecording(Request):
    """Silence in the recording until ResumeRecording, a few minutes at most; asked again it gets that time anew.

    `reason`: card_data, customer_asked or personal.
    """

    agent: AgentKey
    reason: str = "card_data"


class ResumeRecording(Request):
    """The recording hears the talk again."""

    agent: AgentKey


class TransferBlind(Request):
    """Pass the caller on to a queue, without a word to whoever takes him."""

    agent: AgentKey
    queue: QueueKey


class TransferToAgent(Request):
    """Pass the caller on to a colleague, who alone is asked; who is not taken comes back, or to his queue."""

    agent: AgentKey
    to: AgentKey


class TransferOutside(Request):
    """Pass the caller on to a number outside, as it is written; he is brought back if nobody answers there."""

    agent: AgentKey
    pii_number: str


class TransferToFlow(Request):
    """Pass the caller on to a flow: a menu, a payment, a survey; what it ends in follows."""

    agent: AgentKey
    flow: str


class CallOut(Request):
    """Call a number outside, on behalf of one of my queues (None: my first). My own telephone rings first.

    `customer`: whose number it is, as far as anybody knows; then there is a `permit` to call him.
    """

    agent: AgentKey
    pii_number: str
    queue: QueueKey | None = None
    customer: Candidate | None = None
    permit: Permit | None = None
    language: str = "es"


class CallColleague(Request):
    """Call a colleague who is free; my own telephone rings first."""

    agent: AgentKey
    to: AgentKey


class StartConsult(Request):
    """Ask a colleague, somebody free of a queue, or a number outside, while my caller hears music: one of the three."""

    agent: AgentKey
    to: AgentKey | None = None
    queue: QueueKey | None = None
    pii_number: str = ""


class ReturnFromConsult(Request):
    """Let whom I consult go, and take my caller back."""

    agent: AgentKey


class CompleteTransfer(Request):
    """Connect my caller with whom I consult, and leave the two."""

    agent: AgentKey


class MergeParties(Request):
    """Take whom I consult into the talk with my caller: all three hear each other. Hanging up leaves it."""

    agent: AgentKey


class RemoveParty(Request):
    """Send the third out of the conference; my caller and I go on."""

    agent: AgentKey


class AttachCustomer(Request):
    """Say who the contact in hand is: one of those who share the number, or one who was searched or created."""

    agent: AgentKey
    contact: ContactId
    customer: Candidate
