"""What the dialer knows: its state, of which a snapshot keeps everything."""

from typing import Literal

import msgspec

from ctiserver.core.dial_limits import DialLimits, Limit, Use
from ctiserver.core.events import CampaignPaced
from ctiserver.core.ids import AgentKey, ContactId, LegId
from ctiserver.core.leads import AnsweredBy, DialResult, Lead, Standing
from ctiserver.core.requests import Status
from ctiserver.core.tables import Campaign, Dialing
from dialer.agent_lending import Lending
from dialer.pacing_state import PacerState

Stage = Literal["previewed", "dialing", "judging", "waiting", "offered", "connected", "abandoned", "machine"]
"""Where a lead of a campaign is; `judging`: he answered, and the detector listens."""
RINGING: frozenset[Stage] = frozenset({"dialing", "judging"})


class UnderWay(msgspec.Struct, kw_only=True):
    """A lead that was claimed and has not ended.

    `opened`: the IVR has taken the call; `told`: what he did, as far as it decides how the attempt ended. `agent` is
    kept for him, by his own click; `uses`: what its line counts for (`dial_limits`).
    """

    lead: Lead
    contact: ContactId
    answered: bool = False
    opened: bool = False
    told: DialResult | None = None
    stage: Stage = "dialing"
    agent: AgentKey | None = None
    dialed_at: float = 0.0
    answered_by: AnsweredBy | None = None
    uses: tuple[str, ...] = ()


Doing = Literal["idle", "reserved", "talking", "wrapping_up"]


class AtWork(msgspec.Struct, kw_only=True):
    """An agent as the dialer sees him, from what the ACD says. `serves`: the campaigns whose queue he serves.

    `campaign`: whose the contact in his hand is; `since`: when he began what he is doing.
    """

    account_id: int
    serves: list[int] = []
    status: Status = Status.LOGGED_OUT
    doing: Doing = "idle"
    since: float = 0.0
    contact: ContactId | None = None
    campaign: int | None = None

    @property
    def free(self) -> bool:
        """May be given a contact now."""
        return self.status is Status.AVAILABLE and self.doing == "idle"


class Preview(msgspec.Struct, kw_only=True):
    """What an agent is shown. `claim`: the question to the store that is open; then `attempt`."""

    campaign: int
    claim: str | None = None
    attempt: LegId | None = None


class Going(msgspec.Struct, kw_only=True):
    """A campaign that is in the tables, or still has lines under way.

    `claim`, `asked`: the open question to the store, and for how many; they count as ringing. `rest_until`: the store
    had no more. `left`: idle agents of its who have gone since the ledger looked. `inbound`: callers who took agents
    of its queue, forgotten with a time constant. `seeded`: the records have told of its window. `stopped`: it is gone
    from the tables.
    """

    table: Campaign
    claim: str | None = None
    asked: int = 0
    rest_until: float = 0.0
    standing: Standing | None = None
    seeded: bool = False
    stopped: bool = False
    dialled: int = 0
    left: int = 0
    inbound: float = 0.0
    inbound_at: float = 0.0
    crowded: bool = False
    """A limit of lines kept it from dialling more."""
    risk: float | None = None
    told: CampaignPaced | None = None
    pacer: PacerState | None = None
    """In a snapshot; the pacer itself is in the book of pacers."""


class Book(msgspec.Struct, kw_only=True):
    """The engine's whole state. `claim`: the question of the scheduled dials that is open.

    `ticking`, `telling`: the timers of campaigns that are armed.
    """

    dialing: Dialing = Dialing()
    looking: bool = False
    switch_up: bool = False
    claim: str | None = None
    leads: dict[LegId, UnderWay] = {}
    legs: dict[ContactId, LegId] = {}
    agents: dict[AgentKey, AtWork] = {}
    previews: dict[AgentKey, Preview] = {}
    campaigns: dict[int, Going] = {}
    lending: Lending = msgspec.field(default_factory=Lending)
    used: dict[str, Use] = {}
    ticking: bool = False
    telling: bool = False

    def lead_of(self, contact: ContactId) -> UnderWay | None:
        """The lead that a contact is."""
        return self.leads.get(self.legs.get(contact, LegId("")))

    def limits(self) -> DialLimits:
        """What lines are limited by, as configured now."""
        dialing = self.dialing
        trunk = Limit(lines=dialing.lines, per_second=dialing.lines_per_second)
        caller = Limit(lines=dialing.caller_lines, per_second=dialing.caller_lines_per_second)
        limits = {TRUNK: trunk, caller_key(dialing.caller_number): caller}
        for key, going in self.campaigns.items():
            table = going.table
            limits[campaign_key(key)] = Limit(lines=table.lines_at_once, per_second=table.lines_per_second)
            limits[caller_key(table.caller_number or dialing.caller_number)] = caller
        return DialLimits(limits, self.used)

    def lines(self, campaign: int, *stages: Stage) -> list[UnderWay]:
        """A campaign's lines for which no agent is kept, at one of these stages."""
        return [
            it
            for it in self.leads.values()
            if it.lead.campaign == campaign and it.agent is None and it.stage in stages
        ]


TRUNK = "trunk"


def caller_key(number: str) -> str:
    """What lines with this caller number count for."""
    return f"caller:{number}"


def campaign_key(campaign: int) -> str:
    """What lines of this campaign count for."""
    return f"campaign:{campaign}"
