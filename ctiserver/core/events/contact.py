"""One contact from its arrival to its end: who calls, what he says, and where he waits."""

from typing import Literal

from ctiserver.core.customers import Candidate, Level
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey, RecordingId
from ctiserver.core.inputs import Party
from ctiserver.core.message import Event
from ctiserver.core.tables import Tells

Where = Literal["ivr", "queue", "offer", "talk", "survey", "goodbye", "fallback"]


class ContactEvent(Event):
    """Something about one contact."""

    contact: ContactId


class ContactArrived(ContactEvent):
    """A caller is here, or a customer whom we called (`dial_id`) has answered.

    `callback`: he waits to be called; `outbound`: an agent calls him; `voicemail`: he left a message, which waits.
    """

    account_id: int
    leg: LegId
    did: str
    pii_number: str
    language: str
    flow: str
    flow_version: str
    dial_id: int | None = None
    channel: Literal["voice", "callback", "outbound", "voicemail"] = "voice"


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
    """Who the caller may be, the most valuable first; () means that nobody has this number. `level`: how sure."""

    how: str
    candidates: tuple[Candidate, ...]
    value_class: str
    late: bool = False
    level: Level = "none"


class CustomerAttached(ContactEvent):
    """The agent found out who the caller is."""

    agent: AgentKey
    customer: Candidate


class NodeEntered(ContactEvent):
    """The caller reached a node of his flow; `label`: what people see of it, by language."""

    node: str
    kind: str
    label: dict[str, str] = {}


class ValueCollected(ContactEvent):
    """The caller told us something; `label`: what people call it, by language; `say_as`: what kind of value it is."""

    key: str
    value: str
    label: dict[str, str] = {}
    say_as: str = ""


class AnnouncementHeard(ContactEvent):
    """The caller is told what a supervisor has announced."""

    announcement: int


class FlowEntered(ContactEvent):
    """The caller goes on in another flow."""

    flow: str
    flow_version: str


class CallbackAsked(ContactEvent):
    """The caller wants to be called, at this number, when somebody has time.

    With a `queue` he keeps his place in it, as a contact of its own; from `due_at` on, None: as soon as it is his turn.
    `call_until`: the instant at which his hours, by the law, end; each day has such an end.
    """

    account_id: int
    pii_number: str
    language: str
    queue: QueueKey | None = None
    due_at: float | None = None
    call_until: float | None = None
    pii_name: str = ""
    candidates: tuple[Candidate, ...] = ()
    level: Level = "none"


class CallbackPlaced(ContactEvent):
    """He who asked for it waits to be called; `asked_in` is the call in which he did. `due_at`: not before."""

    asked_in: ContactId
    due_at: float | None = None


class CallbackReserved(ContactEvent):
    """It is his turn: the agent is kept for him while his telephone is rung; `attempt` counts from 1."""

    agent: AgentKey
    queue: QueueKey
    leg: LegId
    attempt: int


class CallbackReached(ContactEvent):
    """He answered; the agent's phone is rung now."""

    account_id: int
    agent: AgentKey
    leg: LegId
    queue: QueueKey
    pii_number: str
    pii_name: str
    language: str
    value_class: str


class CallbackFailed(ContactEvent):
    """He did not answer; `again_at` None: he is not tried again and stands on the list of those to call back."""

    reason: str
    attempt: int
    again_at: float | None = None


class CallbackCancelled(ContactEvent):
    """He is not called any more: he called again himself, or somebody of ours called it off."""

    by: str
    reason: str = ""


class VoicemailLeft(ContactEvent):
    """The caller left a message; it may outlive his call."""

    account_id: int
    recording: RecordingId
    seconds: float


class LanguageChosen(ContactEvent):
    """The caller chose the language that he hears from now on."""

    language: str


Verdict = Literal["taken", "asked_back", "unclear"]


class SpeechJudged(ContactEvent):
    """What came of something that a caller said at a node; `confidence` 0 to 1."""

    node: str
    pii_text: str
    confidence: float
    verdict: Verdict


Treatment = Literal["offered", "held_out", "not_worth"]


class ReasonGuessed(ContactEvent):
    """What he may be calling about; offered as one key that leads to `node`, held out by lot, or not worth the time.

    `kind`, `recency`, `probability`: see `ctiserver.core.customers.Matter`.
    """

    kind: str
    recency: str
    probability: float
    treatment: Treatment
    node: str


class GuessTaken(ContactEvent):
    """He pressed the key: the guess was right."""


class ContactQueued(ContactEvent):
    """The IVR hands the contact to the ACD, or moves one that waits to another queue.

    `campaign`: he answered its call; `agent`: who is kept for him.
    """

    account_id: int
    leg: LegId
    queue: QueueKey
    value_class: str
    language: str
    pii_number: str
    pii_name: str = ""
    campaign: int | None = None
    agent: AgentKey | None = None


class PriorityChanged(ContactEvent):
    """A waiting contact's virtual arrival moved, in epoch seconds; lower is sooner.

    `by`, `reason`: a supervisor's, "" when it followed from who the caller is.
    """

    value_class: str
    virtual_arrival: float
    by: str = ""
    reason: str = ""


class PlaceTold(ContactEvent):
    """How many wait before the caller, himself included, and how long he will wait from now on: it is time to tell him.

    The wait is a range, None: nobody can tell; `tells`: what of it he hears.
    """

    place: int
    language: str
    at_least_seconds: float | None = None
    at_most_seconds: float | None = None
    tells: Tells = "place"


class ContactRequeued(ContactEvent):
    """Waits again, at the place he had."""

    queue: QueueKey
    reason: str


class ContactEnded(ContactEvent):
    """The caller is gone: where he was, and who ended it."""

    where: Where
    by: Party
    q850: int = 0
