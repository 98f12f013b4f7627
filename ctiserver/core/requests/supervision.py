"""What a supervisor does with agents, with talks, and with those who wait."""

from typing import Literal

from ctiserver.core.ids import AgentKey, ContactId, QueueKey
from ctiserver.core.requests.base import Request


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
