"""A contact in the ACD's hands."""

from enum import StrEnum
from typing import Literal

import msgspec

from ctiserver.core.events import Began
from ctiserver.core.ids import AgentKey, ContactId, ConversationId, LegId, QueueKey, RecordingId
from ctiserver.core.topology import Mode


class Stage(StrEnum):
    """How far a contact is: it waits, a phone rings for it, the phone was answered, the two talk.

    `held`: the caller hears music while the agent has him on hold, or consults somebody; `returning`: while the agent's
    browser is away; `outside`: no agent has him, but the number outside that he was passed on to; `flow`: he was
    passed on to a flow, and is the IVR's.
    Who is to be called back is `parked` while it is not his turn yet, whoever is free, and `reserved` while an agent is
    kept for him and his telephone rings; else he waits like the others. A `message` is in the hands of an agent who
    hears it and does what it asks for.
    """

    WAITING = "waiting"
    OFFERED = "offered"
    JOINING = "joining"
    TALKING = "talking"
    HELD = "held"
    RETURNING = "returning"
    OUTSIDE = "outside"
    PARKED = "parked"
    RESERVED = "reserved"
    FLOW = "flow"
    MESSAGE = "message"


Role = Literal["consulted", "colleague", "outside", "supervisor"]


class Participant(msgspec.Struct, kw_only=True):
    """Somebody in a contact besides the caller and the agent who has it in hand.

    `consulted`: the agent asks him while the caller is on hold; `colleague`, `outside`: he talks with both;
    `supervisor`: see `mode`. `up`: his phone was answered. `ear`: where a supervisor
    hears what the leg `ear_of` hears and says. `agent` None: a number outside.
    """

    role: Role
    leg: LegId
    agent: AgentKey | None = None
    pii_number: str = ""
    up: bool = False
    mode: Mode = Mode.TALK
    ear: ConversationId | None = None
    ear_of: LegId | None = None
    asked_by: AgentKey | None = None


class CallbackWish(msgspec.Struct, kw_only=True):
    """`due_at`: not before; `call_until`: when the law's hours for calling him end, on each day; `attempts`: made."""

    due_at: float | None = None
    call_until: float | None = None
    attempts: int = 0


Line = tuple[Literal["queue", "agent", "campaign", "message"], str]
"""Where contacts stand: a queue, before one agent, for the agents of one campaign, or as a message in a queue."""


class Contact(msgspec.Struct, kw_only=True):
    """One contact from ContactQueued until its caller is gone or handed back.

    `arrived_at` never changes, but for who takes over the place of his call-back; `entered_at`: when it came to this
    queue, None: then. With `slope` and `virtual_arrival` it makes the score (`priority`); `counts_from` None: the
    ceiling counts from the arrival; `escalates_at` None: never; `chooses_until`: something else than waiting is
    offered to him (`limits`); `sent_on_by`: queues that had no more room or time for him. `relaxed`: how many
    relaxations of his queue hold for him; `leaves_free`: agents that must stay free beside his. `order` settles ties
    by arrival.
    `named` is the agent who alone is asked, and `passed_by` whoever passed the contact on to him; None for an ordinary
    contact.
    `campaign`: he answered its call, and has not spoken with anybody yet; from then on he is like every other.
    `called`: so he came, and nobody has passed him on: an agent who ends that at once was not avoiding a caller.
    `origin`, `from_agent`: how he came to whoever talks with him next, see ContactConnected.
    `talk`, `hold`, `consult` name the conversations that there are now, see `acd.arrangement`; `parties` are who else
    is in it, `agent_mode` how the agent takes part. `closed_by`: the supervisor who has hung up. `wish`: he is not on
    the line but wants to be called back, and has no leg before he is. `message`: he has left one, and has no leg.
    `unanswered_by`: who did not take him, and is not offered him again before `excludes_until`, see `unanswered`.
    `recording`: of the talk, `aside`: of the consult; `recording_paused`: either is silent.
    """

    id: ContactId
    account_id: int
    leg: LegId
    queue: QueueKey
    value_class: str
    language: str
    pii_number: str
    pii_name: str
    arrived_at: float
    virtual_arrival: float
    order: int
    stage: Stage = Stage.WAITING
    agent: AgentKey | None = None
    agent_leg: LegId | None = None
    talk: ConversationId | None = None
    hold: ConversationId | None = None
    consult: ConversationId | None = None
    parties: list[Participant] = []
    agent_mode: Mode = Mode.TALK
    joined: list[LegId] = []
    connected_at: float = 0.0
    segments: int = 0
    recording: RecordingId | None = None
    recording_paused: bool = False
    recording_at: float = 0.0
    named: AgentKey | None = None
    passed_by: AgentKey | None = None
    campaign: int | None = None
    called: bool = False
    offered_at: float = 0.0
    slope: float = 1.0
    entered_at: float | None = None
    chooses_until: float = 0.0
    sent_on_by: list[QueueKey] = []
    counts_from: float | None = None
    escalates_at: float | None = None
    relaxed: int = 0
    leaves_free: int = 0
    closed_by: str = ""
    origin: Began = "queue"
    from_agent: AgentKey | None = None
    wish: CallbackWish | None = None
    unanswered_by: list[AgentKey] = []
    excludes_until: float = 0.0
    message: RecordingId | None = None
    aside: RecordingId | None = None

    @property
    def other(self) -> Participant | None:
        """Who is there besides the caller and his agent, or is being called; supervisors don't count."""
        return next((it for it in self.parties if it.role != "supervisor"), None)

    def party(self, leg: LegId) -> Participant | None:
        """Whose leg it is, if neither the caller's nor his agent's."""
        return next((it for it in self.parties if it.leg == leg), None)

    @property
    def line(self) -> Line:
        """Where it stands while it waits."""
        if self.named:
            return "agent", self.named
        if self.message:
            return "message", self.queue
        return ("queue", self.queue) if self.campaign is None else ("campaign", str(self.campaign))
