"""What an agent says of himself and of what he has done."""

from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.requests.base import Request, Status


class SetStatus(Request):
    """Be available, pause or log out; during a contact it becomes the next status."""

    agent: AgentKey
    status: Status
    reason: str = ""


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
