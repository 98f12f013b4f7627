"""An agent's part of a contact: the talk, its recording, and the wrap-up after it."""

from typing import Literal

from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.ids import AgentKey, LegId, QueueKey, RecordingId
from ctiserver.core.inputs import Party
from ctiserver.core.spells import Spell

Began = Literal["queue", "blind", "attended", "conference", "returned", "taken_over", "called"]
TransferKind = Literal["blind", "attended", "conference", "taken_over"]
ConsultOutcome = Literal["returned", "completed", "merged", "failed", "hung_up", "caller_left", "agent_left"]

PartyOutcome = Literal["hung_up", "removed", "lost", "caller_left", "agent_left"]


class ContactConnected(ContactEvent):
    """Caller and agent hear each other: the wait ends here and a segment begins.

    `began`: how the agent came to him: from a queue, passed on to him by `from_agent` without a word (blind) or after a
    consult (attended), taken into the talk by him (conference), passed on and back again (returned), or by calling him
    himself (called).
    """

    agent: AgentKey
    queue: QueueKey
    segment: int
    leg: LegId
    began: Began = "queue"
    from_agent: AgentKey | None = None


class ContactHeld(ContactEvent):
    """The caller hears music; the agent has him on hold."""

    agent: AgentKey


class ContactResumed(ContactEvent):
    """The two hear each other again after a hold."""

    agent: AgentKey


class AgentAway(ContactEvent):
    """The agent's browser is gone in the middle of the talk; the caller hears music."""

    agent: AgentKey


class AgentBack(ContactEvent):
    """The agent's browser came back, and the two go on."""

    agent: AgentKey


class TransferStarted(ContactEvent):
    """The agent passes the caller on to the colleague `to`, who alone is asked; "": to a number outside."""

    agent: AgentKey
    to: AgentKey
    pii_number: str = ""


class TransferFailed(ContactEvent):
    """The colleague `to` did not take the caller; he goes back to the agent, or to his queue at his old place.

    "": the number outside did not, or the `flow` led nowhere.

    `reason`: of the offer that failed, or busy, gone, moved (the caller chose the emergency); of FlowTransferFailed.
    """

    agent: AgentKey
    to: AgentKey
    reason: str
    returned_to: Literal["agent", "queue"]
    flow: str = ""


class TransferredToFlow(ContactEvent):
    """The agent has passed the caller on to a flow, and is done with him."""

    agent: AgentKey
    flow: str


class FlowTransferFailed(ContactEvent):
    """The caller whom the agent passed on to a flow cannot walk on through it: somebody has to take him back.

    `reason`: no_flow or no_queue, there is none where it leads; fault, of ours. `flow`: the one that he was in.
    """

    agent: AgentKey
    reason: str
    flow: str = ""


class TransferCompleted(ContactEvent):
    """The agent passed the caller on; `to` is a queue, or the colleague who talks with him now; "": a number outside.

    `conference`: he left one, and whoever else was in it has the caller now.
    """

    agent: AgentKey
    kind: TransferKind
    to: str


class PartyEvent(ContactEvent):
    """Something about somebody whom `agent` calls in a contact: the colleague `to`; None: the number outside."""

    agent: AgentKey
    to: AgentKey | None = None


class ConsultStarted(PartyEvent):
    """The agent calls somebody to ask him, while the caller hears music; `queue`: any free agent of it was wanted."""

    pii_number: str = ""
    queue: QueueKey | None = None


class ConsultRinging(PartyEvent):
    """His phone rings: the moment of the colleague's screen pop."""


class ConsultAnswered(PartyEvent):
    """The two talk; the caller doesn't hear them. `recording`: of what they say, None: there is none."""

    recording: RecordingId | None = None


class ConsultEnded(PartyEvent):
    """What came of it: see ConsultOutcome; `merged` goes on as a conference, `completed` as the other's talk.

    `reason` of a failure: as of an offer that failed.
    """

    outcome: ConsultOutcome
    reason: str = ""


class PartyLeft(PartyEvent):
    """Who was in the conference, or outside in a talk of his own with the caller, is so no more.

    `caller_stays` hands the caller back to the IVR.
    """

    outcome: PartyOutcome
    caller_stays: bool = False


class TalkEnded(ContactEvent):
    """The agent's part in the conversation is over; `caller_stays` hands the caller back to the IVR."""

    agent: AgentKey
    segment: int
    by: Party
    caller_stays: bool


class RecordingStarted(ContactEvent):
    """Segment `segment` is being recorded."""

    recording: RecordingId
    segment: int


class RecordingPaused(ContactEvent):
    """The file of the segment gets silence; who wanted it, and why."""

    agent: AgentKey
    segment: int
    by: str
    reason: str


class RecordingResumed(ContactEvent):
    """The file of the segment hears the talk again; `by` center: the pause had lasted too long."""

    agent: AgentKey
    segment: int
    by: str


class VoicesNoted(ContactEvent):
    """Who spoke when in a recording, since this was last told, in seconds from its beginning."""

    recording: RecordingId
    caller: tuple[Spell, ...]
    agent: tuple[Spell, ...]


class RecordingKept(ContactEvent):
    """The file of a recording is whole."""

    recording: RecordingId
    seconds: float


class RecordingLost(ContactEvent):
    """There is no file; the reason for the record."""

    recording: RecordingId
    reason: str


class WrapUpStarted(ContactEvent):
    """The agent finishes the contact on his own."""

    agent: AgentKey
    segment: int
    until: float


class WrapUpExtended(ContactEvent):
    """The agent asked for more time, and has it."""

    agent: AgentKey
    segment: int
    until: float


class WrapUpEnded(ContactEvent):
    """`disposition` None: the time was over before the agent said how it ended; he owes it still."""

    agent: AgentKey
    segment: int
    disposition: str | None
    by: str


class WrapUpExcused(ContactEvent):
    """The supervisor `by` let the agent go without saying how it ended: he owes nothing any more."""

    agent: AgentKey
    segment: int
    by: str


class Disposed(ContactEvent):
    """The agent said how the contact ended, what it was about, and when the customer wants to be called again.

    `pii_answers`: what he filled in of the queue's form, by field.
    """

    agent: AgentKey
    segment: int
    code: str
    pii_note: str = ""
    contact_reason: str = ""
    call_back_at: float | None = None
    pii_answers: dict[str, str] = {}
