"""What a person or program asks of the engines.

Answered once; a repeated `request_id` gets the first answer.
"""

from enum import StrEnum
from typing import Literal

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.message import Input
from ctiserver.core.permit import Permit


class Status(StrEnum):
    """What an agent chose to be."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    PAUSE = "pause"


class Request(Input):
    """`by` names who asks: an agent's key, a user, a program."""

    request_id: str
    by: str


class SetStatus(Request):
    """Be available, pause or log out; during a contact it becomes the next status."""

    agent: AgentKey
    status: Status
    reason: str = ""


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


class Dispose(Request):
    """Say how the contact ended and what it was about; it ends the wrap-up.

    `contact_reason` is needed where the account has any; `call_back_at`: when the customer wants to be called again;
    `pii_answers`: what the queue's form asks for, by field.
    """

    agent: AgentKey
    contact: ContactId
    code: str
    pii_note: str = ""
    contact_reason: str = ""
    call_back_at: float | None = None
    pii_answers: dict[str, str] = {}


class ExtendWrapUp(Request):
    """More time for the wrap-up, as far as the queue grants it."""

    agent: AgentKey


class ExcuseWrapUp(Request):
    """A supervisor lets the agent go without saying how his contact ended, nor what its form asks for."""

    agent: AgentKey


class RaiseHand(Request):
    """The agent asks for a supervisor."""

    agent: AgentKey


class LowerHand(Request):
    """The agent needs nobody any more, or somebody has seen to it."""

    agent: AgentKey


class TakeMinute(Request):
    """A short pause before the next contact; it ends by itself, after the time that the agent's queue gives."""

    agent: AgentKey


class ReportAbuse(Request):
    """The caller insults the agent: he hears a polite goodbye and is gone, and a supervisor is told."""

    agent: AgentKey


class ReadNotice(Request):
    """The agent has read what a supervisor wrote."""

    agent: AgentKey
    notice: str


class TellAgents(Request):
    """Write to agents: to one (`to`), to those of a queue who are logged in, or (neither) to all of the account."""

    account_id: int
    text: str
    to: AgentKey | None = None
    queue: QueueKey | None = None


class Supervise(Request):
    """A supervisor (`agent`) listens to a talk, whispers to its agent, or joins in; or changes from one to another."""

    agent: AgentKey
    contact: ContactId
    mode: Literal["listen", "whisper", "barge"]


class StopSupervising(Request):
    """The supervisor leaves the talk, which goes on."""

    agent: AgentKey
    contact: ContactId


class TakeOver(Request):
    """The supervisor who is in the talk has the caller from now on; his agent wraps up."""

    agent: AgentKey
    contact: ContactId


class EndContact(Request):
    """A supervisor ends a call that waits or is being talked."""

    contact: ContactId
    reason: str


class MoveContact(Request):
    """A supervisor puts a waiting caller into another queue, where he keeps the arrival that he had."""

    contact: ContactId
    queue: QueueKey


class ChangePriority(Request):
    """A supervisor lets a waiting caller go sooner: as of a better class, or as if he had waited longer.

    One of the two: `value_class`, or `head_start_seconds` more than he has.
    """

    contact: ContactId
    reason: str
    value_class: str | None = None
    head_start_seconds: float | None = None


class LiftOutsideCap(Request):
    """Let calls outside go on today though they cost what they may: of one agent, or (None) of the whole account.

    They may cost once more the limit of a day, then it trips again.
    """

    account_id: int
    agent: AgentKey | None = None
    reason: str


class CancelCallback(Request):
    """Don't call him any more who waits to be called."""

    account_id: int
    contact: ContactId
    reason: str = ""


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
