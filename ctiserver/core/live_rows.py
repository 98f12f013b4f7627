"""Rows of the live view: a contact, an agent, and what pops up on an agent's screen."""

import msgspec

from ctiserver.core.customers import Candidate, Level
from ctiserver.core.events import (
    ConsultEnded,
    DecisionMade,
    LeadPreviewed,
    NoticeSent,
    OwnCallOver,
    SupervisionEnded,
)
from ctiserver.core.given_back import GivenBack
from ctiserver.core.ids import AgentKey, ContactId, QueueKey, RecordingId
from ctiserver.core.message import Frozen


class PartyView(msgspec.Struct, kw_only=True):
    """Somebody else in a contact, called by `asked_by`; `agent` None: a number outside.

    `stage`: ringing, consulted (the caller doesn't hear him) or talking.
    """

    asked_by: AgentKey
    agent: AgentKey | None = None
    pii_number: str = ""
    stage: str = "ringing"
    since: float = 0.0


class ContactView(msgspec.Struct, kw_only=True):
    """One contact. `stage`: ivr, queued, offered, joining, talking, held, agent_away, outside, survey, leaving.

    `parties`: who else is in it. `passed_by`: the agent who passed it on to the one it is offered to. `customer`: who
    he is in an agent's word; None: only what the number suggests is known. `queued_at` gives the contact its place,
    `waits_since` is when this wait of it began; None while it waits for nobody. `dial_id`, `campaign`: it is we who
    called him. `recording`: of this talk, None: it is not recorded; `aside`: of
    the consult in it. `channel` callback: he is, or
    was, called back; stages of his are also call_back (it is not his turn yet) and calling_back; `due_at`: not before.
    Whom an agent calls has the channel outbound, and the stage calling until he answers.
    Channel voicemail: a message of `message_seconds`; it waits as voicemail, and is in an agent's hands as message.
    `wait_ends`: between these instants an agent will take him, as it was estimated last.
    """

    contact: ContactId
    account_id: int
    did: str
    pii_number: str
    language: str
    arrived_at: float
    since: float
    stage: str = "ivr"
    queue: QueueKey | None = None
    queued_at: float | None = None
    waits_since: float | None = None
    value_class: str | None = None
    candidates: tuple[Candidate, ...] = ()
    level: Level = "none"
    path: list[str] = []
    labels: dict[str, dict[str, str]] = {}
    values: dict[str, str] = {}
    value_labels: dict[str, dict[str, str]] = {}
    agent: AgentKey | None = None
    why: DecisionMade | None = None
    passed_by: AgentKey | None = None
    customer: Candidate | None = None
    dial_id: int | None = None
    campaign: int | None = None
    channel: str = "voice"
    due_at: float | None = None
    parties: list[PartyView] = []
    recording: RecordingId | None = None
    recording_paused: bool = False
    message_seconds: float | None = None
    wait_ends: tuple[float, float] | None = None
    aside: RecordingId | None = None


class SupervisionView(Frozen):
    """In whose talk a supervisor is, and how: listen, whisper or barge."""

    contact: ContactId
    agent: AgentKey
    mode: str
    since: float


class OwnCallView(Frozen):
    """A call that `agent` makes himself: to a colleague `to`, or outside.

    `stage`: own_phone (his own telephone rings), dialed, ringing, or talking (with the colleague).
    """

    call: ContactId
    agent: AgentKey
    to: AgentKey | None
    pii_number: str
    pii_name: str
    stage: str
    since: float


class AgentView(msgspec.Struct, kw_only=True):
    """One agent; `since` is when his status or activity last changed.

    `card` is the contact in his hand once its caller is gone, for as long as he has not disposed of it; `owes` names
    one that he let his wrap-up pass without disposing of. `given_back`: whom he passed on and a colleague did not take.
    `consult_failed`: whom he last wanted to consult in this call, and why he could not.
    `lead`: whom he may call, or has dialled and not reached; `lead_stage`: previewed, dialed or ringing.
    `status_until`: when his status ends by itself; `hand_raised_at`: since when he asks for a supervisor; `notices`:
    what was written to him and he has not read; `listened_by`: supervisors in his talk, where he is to know of them;
    `served_queue`: of his latest talk, whatever became of its caller; `muted`: he has silenced himself;
    `own_call`: one that he makes himself, or in which a colleague calls him, until somebody outside answers;
    `own_call_over`: his last one, if nobody answered it; `supervision_over`: why he is in the talk no more that he
    supervised last, or never came into it.
    """

    agent: AgentKey
    account_id: int = 1
    name: str = ""
    queues: tuple[QueueKey, ...] = ()
    status: str = "logged_out"
    reason: str = ""
    activity: str = "idle"
    contact: ContactId | None = None
    owes: ContactId | None = None
    since: float = 0.0
    next_status: str | None = None
    wrap_up_until: float | None = None
    disposed: bool = False
    card: ContactView | None = None
    given_back: GivenBack | None = None
    lead: LeadPreviewed | None = None
    lead_stage: str = ""
    consult_failed: ConsultEnded | None = None
    status_until: float | None = None
    hand_raised_at: float | None = None
    hand_why: str = ""
    notices: tuple[NoticeSent, ...] = ()
    supervises: SupervisionView | None = None
    supervision_over: SupervisionEnded | None = None
    listened_by: tuple[AgentKey, ...] = ()
    served_queue: QueueKey | None = None
    own_call: OwnCallView | None = None
    own_call_over: OwnCallOver | None = None
    muted: bool = False


class ScreenPop(Frozen):
    """What the agent sees as his phone rings."""

    at: float
    agent: AgentKey
    contact: ContactView
