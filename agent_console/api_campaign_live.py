"""How a campaign goes right now: what its page begins with; each change it hears by push (`patch.campaigns`)."""

from dataclasses import asdict
from typing import Any

import msgspec

from agent_console.api_campaigns import SEE, CampaignWhole, surroundings, whole
from agent_console.operations import Add, Call, Operations
from crm_core.campaigns import last_calls
from crm_core.campaigns.campaign import campaign
from ctiserver.core.events import CampaignPaced


class CampaignCall(msgspec.Struct, kw_only=True):
    """One call that is over; `agent` and `talked_seconds` None: nobody spoke with him."""

    dial_id: int
    customer_id: int
    customer: str
    number: str
    ordinal: int
    ended_at: float
    result: str
    decided_by: str | None
    agent: str | None
    talked_seconds: float | None


class CampaignLive(msgspec.Struct, kw_only=True):
    """`pace`: as the calls process has it, None: it says nothing of it. `leads`: how many, by state of the dial."""

    campaign: CampaignWhole
    pace: CampaignPaced | None
    leads: dict[str, int]
    last: list[CampaignCall]
    now: float


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _live(operations.add)


def _live(add: Add) -> None:
    @add("GET", "/campaigns/{key}/live", SEE, "How a campaign goes right now, and its last calls")
    def campaign_live(call: Call, key: str) -> CampaignLive:
        around, account_id = surroundings(call), call.principal.account_id

        def read(session: Any) -> CampaignLive:
            row = campaign(session, account_id, key)
            return CampaignLive(
                campaign=whole(session, call, key, around),
                pace=_pace(call, row.id),
                leads=last_calls.lead_states(session, row),
                last=[CampaignCall(**asdict(one)) for one in last_calls.last_calls(session, row)],
                now=call.services.now(),
            )

        return call.services.store.read(read)


def _pace(call: Call, campaign_id: int) -> CampaignPaced | None:
    view = call.services.live.view
    return view.campaigns.get(campaign_id) if view else None
