"""An agent's outbound desk over REST: his campaigns, his call-backs, what he asks the engines for."""

from typing import Any

from crm_core import dials
from crm_core.administration import desk
from crm_core.administration.campaign_form import CampaignForm, Campaigns
from crm_core.administration.desk import Author
from crm_core.agents import Agent
from crm_core.campaigns.campaign import campaign
from crm_core.queues import let_serve, queue
from ctiserver.core.permit import Purpose

API = "/api/v1"
AUTHOR = Author(account_id=1, login="nora", at=0.0)


def running(office: Any, key: str = "renewal", *, serve: bool = True) -> int:
    """The number of a campaign that runs, with a call-back that the agent promised for t=2000."""

    def write(session: Any) -> int:
        form = CampaignForm(key=key, name=key, purpose="renewal", queue="sales")
        desk.add(session, Campaigns(AUTHOR), AUTHOR, form)
        row = campaign(session, 1, key)
        row.state = "running"
        if serve:
            let_serve(session, session.query(Agent).first(), queue(session, 1, "sales"))
        span = {"not_before": 0.0, "not_after": 9e9, "by": "test", "now": office.now}
        wish = {"number": "+56922220001", "purpose": Purpose.RENEWAL, "about": ("campaign", f"{row.id}/1")}
        lead = dials.schedule(session, 1, 1, survey="x", **wish, **span)
        lead.campaign_id, lead.agent, lead.asked_for_at, lead.next_at = row.id, "agent", 2000.0, 2000.0
        return row.id

    return int(office.store.write(write))


def test_an_agent_sees_the_campaigns_of_his_queues_and_whom_he_promised_to_call(office: Any) -> None:
    number = running(office)
    me = office.browser("agent")
    (one,) = me.get(f"{API}/me/campaigns").json
    assert (one["id"], one["mode"], one["by_click"]) == (number, "preview", True)
    (promised,) = me.get(f"{API}/me/lead-call-backs").json
    assert (promised["customer"], promised["at"], promised["campaign"]) == ("Rosa", 2000.0, "renewal")
    assert office.browser("other").get(f"{API}/me/campaigns").json == []
    assert office.browser("supervisor").get(f"{API}/me/campaigns").status_code == 403


def test_he_asks_for_the_next_customer_dials_or_passes_him_over(office: Any) -> None:
    number = running(office)
    me = office.browser("agent")
    assert me.post(f"{API}/agents/agent/next-lead", json={"campaign": number}).status_code == 200
    assert me.post(f"{API}/agents/agent/dial-lead", json={"attempt": "a-1"}).status_code == 200
    me.post(f"{API}/agents/agent/skip-lead", json={"attempt": "a-1", "reason": " not  now "})
    assert office.engines.asked == [
        ("PreviewLead", "agent", {"agent": "agent", "campaign": number}),
        ("DialLead", "agent", {"agent": "agent", "attempt": "a-1"}),
        ("SkipLead", "agent", {"agent": "agent", "attempt": "a-1", "reason": "not now"}),
    ]
    assert me.post(f"{API}/agents/other/dial-lead", json={"attempt": "a-1"}).status_code == 403


def test_a_campaign_that_he_does_not_serve_is_not_there_for_him(office: Any) -> None:
    number = running(office, serve=False)
    for asked in (number, number + 1):
        answer = office.browser("agent").post(f"{API}/agents/agent/next-lead", json={"campaign": asked})
        assert (answer.status_code, answer.json["error_id"]) == (404, "unknown_campaign")
    assert office.engines.asked == []
