"""What becomes of a customer whom the center calls, and how a campaign goes."""

from typing import Literal

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.leads import AnsweredBy, Decider, DialResult
from ctiserver.core.message import Event


class LeadEvent(Event):
    """Something about one attempt to reach a customer."""

    account_id: int
    dial_id: int
    attempt: LegId


class LeadDialed(LeadEvent):
    """The switch is to ring him; `contact` is what the call becomes if he answers.

    `agent` is kept for him meanwhile; None: whoever of the campaign's queue is free then.
    """

    contact: ContactId
    campaign: int | None = None
    agent: AgentKey | None = None
    queue: QueueKey | None = None


class LeadRinging(LeadEvent):
    """His telephone rings."""


class LeadReached(LeadEvent):
    """He answered, or his machine did: he hears the flow, or is asked the survey, or else waits in the queue.

    `campaign`, `agent`: see Lead. `answered_by` None: nobody listened for machines.
    """

    contact: ContactId
    pii_number: str
    customer: Candidate
    language: str
    flow: str = ""
    survey: str = ""
    values: dict[str, str] = {}
    queue: QueueKey | None = None
    campaign: int | None = None
    agent: AgentKey | None = None
    answered_by: AnsweredBy | None = None
    detector_cause: str = ""
    detector_seconds: float = 0.0


class LeadConnected(LeadEvent):
    """An agent of the campaign speaks with him."""

    contact: ContactId
    campaign: int
    agent: AgentKey


class LeadAbandoned(LeadEvent):
    """No agent came within the tolerance: from now on he hears `flow`.

    `by_leaving`: an agent was there for him and left, or was taken by a caller; counted apart.
    """

    contact: ContactId
    campaign: int
    flow: str
    by_leaving: bool = False


class LeadFailed(LeadEvent):
    """He did not answer; `retry_at` None: he is not tried again.

    `withdrawn`: he was not dialled at all, which is no attempt, and may be from `retry_at` on.
    """

    result: DialResult
    decided_by: Decider
    sip_code: int = 0
    q850: int = 0
    retry_at: float | None = None


class LeadEnded(LeadEvent):
    """The call to a customer who answered is over; `retry_at` None: he is not tried again."""

    result: DialResult
    decided_by: Decider
    retry_at: float | None = None


class LeadPreviewed(LeadEvent):
    """An agent sees whom he may call; from `until` on it is dialled by itself, None: only a click dials.

    `ordinal`: which attempt it would be, from 1.
    """

    agent: AgentKey
    campaign: int
    pii_number: str
    customer: Candidate
    values: dict[str, str] = {}
    ordinal: int = 1
    until: float | None = None


class LeadPreviewEnded(Event):
    """The agent sees nobody any more whom he may call; `attempt` None: there was nobody.

    `withdrawn`: a caller came first, or he is not available, or took too long.
    """

    account_id: int
    agent: AgentKey
    campaign: int
    outcome: Literal["skipped", "nobody_due", "withdrawn"]
    attempt: LegId | None = None
    reason: str = ""


Held = Literal["", "paused", "closed", "by_click", "no_leads", "no_agents", "no_switch"]


class CampaignPaced(Event):
    """How a campaign goes, at most once a second and only what changed.

    `idle`: agents lent to it; `talking`, `wrapping_up`: of its queue, whatever with. `ringing`, `waiting`: lines.
    `answers`, `abandons`: of its window; `limit`: the share of them that may be; `guarded`: dials that the limit
    forbade. `risk` of one more dial against `beta`, None where it was not asked. `waiting_leads`, `due_leads` as of
    the last look at the store, None before it. `held`: why nobody is dialled by itself. `over`: it is no more.
    """

    account_id: int
    campaign: int
    mode: str
    held: Held = ""
    idle: int = 0
    talking: int = 0
    wrapping_up: int = 0
    ringing: int = 0
    waiting: int = 0
    dialled: int = 0
    answers: int = 0
    abandons: int = 0
    abandons_by_leaving: int = 0
    limit: float = 0.03
    guarded: int = 0
    risk: float | None = None
    beta: float = 0.0
    waiting_leads: int | None = None
    due_leads: int | None = None
    over: bool = False
