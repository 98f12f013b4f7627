"""An agent's outbound desk: which campaigns he serves, whom he may call next, dialling or passing him over."""

from dataclasses import asdict
from typing import Any

import msgspec

from agent_console.api_desk import Accepted, ask_for
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from crm_core.campaigns import own_leads
from ctiserver.core.errors import Refusal

DESK = Permission.OWN_DESK
_LONGEST_REASON = 100


class CampaignServed(msgspec.Struct, kw_only=True):
    """A campaign that runs in one of my queues. `by_click`: its customers are dialled by agents."""

    id: int
    key: str
    name: str
    mode: str
    queue: str
    script: str | None
    by_click: bool


class MyCallBack(msgspec.Struct, kw_only=True):
    """A customer whom I am to call at `at`."""

    dial_id: int
    customer_id: int
    customer: str
    number: str
    campaign: str
    at: float


class NextLead(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`campaign`: its number."""

    campaign: int
    request_id: str | None = None


class ShownLead(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`attempt`: as the desk names him."""

    attempt: str
    request_id: str | None = None


class PassedOver(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`reason`: why not him now, in a few words; "" when he is rung already."""

    attempt: str
    reason: str = ""
    request_id: str | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_mine, _asking):
        rows(operations.add)


def _mine(add: Add) -> None:
    @add("GET", "/me/campaigns", DESK, "Campaigns that run in my queues")
    def my_campaigns(call: Call) -> list[CampaignServed]:
        return call.services.store.read(_served, call)

    @add(
        "GET",
        "/me/lead-call-backs",
        DESK,
        "Customers of campaigns whom I promised to call back, the next first",
    )
    def my_lead_call_backs(call: Call) -> list[MyCallBack]:
        who = call.principal
        found = call.services.store.read(own_leads.call_backs, who.account_id, who.agent or "")
        return [MyCallBack(**asdict(one)) for one in found]


def _asking(add: Add) -> None:
    @add("POST", "/agents/{agent}/next-lead", DESK, "Show me whom I may call next; the desk brings him")
    def next_lead(call: Call, agent: str, body: NextLead) -> Accepted:
        known = {one.id for one in call.services.store.read(_served, call)}
        if body.campaign not in known:
            raise Refusal("unknown_campaign", "this campaign does not run, or you don't serve its queue")
        return ask_for(call, "PreviewLead", {"agent": agent, "campaign": body.campaign}, body.request_id)

    @add("POST", "/agents/{agent}/dial-lead", DESK, "Call the customer whom I am shown")
    def dial_lead(call: Call, agent: str, body: ShownLead) -> Accepted:
        return ask_for(call, "DialLead", {"agent": agent, "attempt": body.attempt}, body.request_id)

    @add(
        "POST", "/agents/{agent}/skip-lead", DESK, "Not this customer now: give him back, or stop ringing him"
    )
    def skip_lead(call: Call, agent: str, body: PassedOver) -> Accepted:
        reason = " ".join(body.reason.split())[:_LONGEST_REASON]
        fields = {"agent": agent, "attempt": body.attempt, "reason": reason}
        return ask_for(call, "SkipLead", fields, body.request_id)


def _served(session: Any, call: Call) -> list[CampaignServed]:
    rows = own_leads.served(session, call.principal.account_id, call.principal.agent or "")
    return [
        CampaignServed(
            id=row.id,
            key=row.key,
            name=row.name,
            mode=row.mode,
            queue=row.queue.key,
            script=row.script,
            by_click=row.mode in ("manual", "preview"),
        )
        for row in rows
    ]
