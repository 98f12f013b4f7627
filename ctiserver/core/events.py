"""What is now so. Readers keep records by these; the screens are folds of them (`live_view`)."""

from typing import Literal

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey, RecordingId
from ctiserver.core.inputs import Party
from ctiserver.core.message import Event, Frozen
from ctiserver.core.requests import Status

Where = Literal["ivr", "queue", "offer", "talk", "survey", "goodbye", "fallback"]


class ContactEvent(Event):
    """Something about one contact."""

    contact: ContactId


class ContactArrived(ContactEvent):
    """A caller is here."""

    account_id: int
    leg: LegId
    did: str
    pii_number: str
    language: str
    flow: str
    flow_version: str


class ContactAnswered(ContactEvent):
    """The caller hears us."""


class ContactMissed(ContactEvent):
    """A call that the dialplan's fallback took; somebody should call back unless `answered`."""

    account_id: int
    leg: LegId
    did: str
    pii_number: str
    arrived_at: float
    ended_at: float
    answered: bool
    emergency: bool = False


class CallerIdentified(ContactEvent):
    """Who the caller may be, the most valuable first; () means that nobody has this number."""

    how: Literal["number"]
    candidates: tuple[Candidate, ...]
    value_class: str
    late: bool = False


class NodeEntered(ContactEvent):
    """The caller reached a node of his flow."""

    node: str
    kind: str


class ValueCollected(ContactEvent):
    """The caller told us something."""

    key: str
    value: str


class LanguageChosen(ContactEvent):
    """The caller chose the language that he hears from now on."""

    language: str


class ContactQueued(ContactEvent):
    """The IVR hands the contact to the ACD, or moves one that waits to another queue."""

    account_id: int
    leg: LegId
    queue: QueueKey
    value_class: str
    language: str
    pii_number: str
    pii_name: str = ""


class PriorityChanged(ContactEvent):
    """A waiting contact's virtual arrival moved, in epoch seconds; lower is sooner."""

    value_class: str
    virtual_arrival: float


class PlaceTold(ContactEvent):
    """The caller is told how many wait before him, himself included."""

    place: int
    language: str


class Head(Frozen):
    """The first of one queue at a decision: its score in seconds (wait plus head start)."""

    queue: QueueKey
    contact: ContactId
    value_class: str
    score_seconds: float
    emergency: bool
    preference: int


class DecisionMade(ContactEvent):
    """Why this contact went to this agent: the rule that decided, and what else stood at the heads."""

    agent: AgentKey
    queue: QueueKey
    rule: Literal["only", "emergency", "preference", "score", "arrival"]
    heads: tuple[Head, ...]
    idle_agents: int
    excluded: dict[str, int]


class OfferMade(ContactEvent):
    """The contact is offered to an agent, whose phone is being rung as `leg`."""

    agent: AgentKey
    queue: QueueKey
    leg: LegId


class OfferRinging(ContactEvent):
    """The agent's phone rings: the moment of the screen pop."""

    agent: AgentKey


class OfferAccepted(ContactEvent):
    """The phone was answered; the two are being joined."""

    agent: AgentKey


class OfferExpired(ContactEvent):
    """Nobody answered in time."""

    agent: AgentKey


class OfferRefused(ContactEvent):
    """The phone said no; `reason` as in LegFailed, or `hung_up_at_once`."""

    agent: AgentKey
    reason: str


class OfferWithdrawn(ContactEvent):
    """The caller left, or was moved, while the phone rang."""

    agent: AgentKey


class ContactRequeued(ContactEvent):
    """Waits again, at the place he had."""

    queue: QueueKey
    reason: str


class ContactConnected(ContactEvent):
    """Caller and agent hear each other: the wait ends here and a segment begins."""

    agent: AgentKey
    queue: QueueKey
    segment: int
    leg: LegId


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


class TransferCompleted(ContactEvent):
    """The agent passed the caller on; `to` is a queue."""

    agent: AgentKey
    kind: Literal["blind"]
    to: str


class TalkEnded(ContactEvent):
    """The agent's part in the conversation is over; `caller_stays` hands the caller back to the IVR."""

    agent: AgentKey
    segment: int
    by: Party
    caller_stays: bool


class ContactEnded(ContactEvent):
    """The caller is gone: where he was, and who ended it."""

    where: Where
    by: Party
    q850: int = 0


class RecordingStarted(ContactEvent):
    """Segment `segment` is being recorded."""

    recording: RecordingId
    segment: int


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


class WrapUpEnded(ContactEvent):
    """`disposition` None: the time was over before the agent said how it ended; he owes it still."""

    agent: AgentKey
    segment: int
    disposition: str | None
    by: str


class Disposed(ContactEvent):
    """The agent said how the contact ended."""

    agent: AgentKey
    segment: int
    code: str
    pii_note: str = ""


class SurveyOffered(ContactEvent):
    """The caller who stayed is asked."""

    survey: str
    version: str
    agent: AgentKey | None


class SurveyDeclined(ContactEvent):
    """He would rather not."""

    survey: str


class SurveyAnswered(ContactEvent):
    """One answer: the key pressed and what it means."""

    survey: str
    question: str
    raw: str
    value: int


class SurveyEnded(ContactEvent):
    """`complete`: every question was answered."""

    survey: str
    complete: bool


class AgentEvent(Event):
    """Something about one agent."""

    agent: AgentKey


class AgentStatusChanged(AgentEvent):
    """What the agent is from now on; `by` is himself, somebody else, or the center."""

    status: Status
    reason: str
    by: str


class NextStatusChosen(AgentEvent):
    """Takes effect when the contact in hand ends."""

    status: Status
    reason: str


class AgentReserved(AgentEvent):
    """Kept for one contact."""

    contact: ContactId


class AgentReleased(AgentEvent):
    """Free of the contact he was kept for, or had."""

    contact: ContactId


class QueueBrief(Frozen):
    """What a screen needs to know of a queue."""

    key: QueueKey
    account_id: int
    service_level_seconds: float


class AgentBrief(Frozen):
    """What a screen needs to know of an agent."""

    key: AgentKey
    account_id: int
    name: str
    queues: tuple[QueueKey, ...]


class ConfigurationChanged(Event):
    """New tables are in force; the queues and agents that there are now."""

    version: str
    queues: tuple[QueueBrief, ...]
    agents: tuple[AgentBrief, ...]


class SwitchStateChanged(Event):
    """Whether Asterisk is in reach."""

    up: bool


class RequestAnswered(Event):
    """The one answer to a request; `error_id` "" means accepted."""

    request_id: str
    error_id: str = ""
    message: str = ""


class JournalStateChanged(Event):
    """Whether the journal is being written; told to screens only, since a full disk cannot be journaled."""

    ok: bool
