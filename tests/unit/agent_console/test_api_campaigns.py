"""Campaigns over REST: made as drafts, changed as far as they may be, started when nothing is missing."""

from dataclasses import replace
from typing import Any

import pytest

from crm_core import dials
from crm_core.agents import Agent
from crm_core.campaigns import loading
from crm_core.campaigns.campaign import campaign
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.queues import let_serve, queue
from ctiserver.core.config import Dialing
from ctiserver.core.events import CampaignPaced
from ctiserver.core.permit import Purpose

API = "/api/v1/campaigns"
FORM = {"name": "Renovación de otoño", "purpose": "renewal", "queue": "sales"}


@pytest.fixture
def manager(office: Any) -> Any:
    """A browser of who runs campaigns, where customers can be called."""
    office.use(replace(office.config, dialing=Dialing(trunk="carrier")))
    return office.browser("campaign_manager")


def fill(office: Any, key: str) -> None:
    """One lead, one agent who serves the queue, and the law confirmed."""

    def write(session: Any) -> None:
        for rule in shipped():
            legal_profiles.confirm(session, 1, rule, expected_version=None, by="admin", name="a", now=1.0)
        row = campaign(session, 1, key)
        let_serve(session, session.query(Agent).first(), queue(session, 1, "sales"))
        span = {"not_before": 0.0, "not_after": 9e9, "by": "test", "now": office.now}
        about = ("campaign", f"{row.id}/1")
        lead = dials.schedule(
            session,
            1,
            1,
            number="+56922220001",
            purpose=Purpose.RENEWAL,
            about=about,
            survey="x",
            **span,
        )
        lead.campaign_id = row.id

    office.store.write(write)


def missing(answer: Any) -> set[tuple[str, str]]:
    found = answer.json["missing"] if answer.status_code == 200 else answer.json["fields"]
    return {(one["field"], one["error_id"]) for one in found}


def test_a_campaign_begins_as_a_draft_that_tells_what_it_lacks(office: Any, manager: Any) -> None:
    made = manager.post(API, json=FORM)
    assert made.status_code == 200, made.text
    whole = made.json
    assert (whole["campaign"]["key"], whole["campaign"]["state"]) == ("renovacion-de-otono", "draft")
    assert (whole["value"]["mode"], whole["may_become"]) == ("preview", ["running", "stopped"])
    assert missing(made) == {("list", "no_leads"), ("queue", "no_agents"), ("purpose", "law_unconfirmed")}
    again = manager.post(API, json=FORM).json["campaign"]["key"]
    assert again == "renovacion-de-otono-2"
    listed = office.browser("supervisor").get(API).json
    assert {row["key"] for row in listed} == {"renovacion-de-otono", again}
    assert office.browser("agent").get(API).status_code == 403
    assert office.browser("other").get(f"{API}/{again}").status_code == 404
    refused = manager.post(f"{API}/{again}/start")
    assert (refused.status_code, missing(refused)) == (422, missing(made))
    assert office.browser("supervisor").post(f"{API}/{again}/start").status_code == 403


def test_mistakes_stand_beside_their_fields_with_what_their_words_speak_of(manager: Any) -> None:
    wrong = {**FORM, "queue": "none", "ring_seconds": 1, "caller_number": "600", "key": "new"}
    answer = manager.post(API, json=wrong)
    assert answer.status_code == 422
    told = {one["field"]: one for one in answer.json["fields"]}
    assert {field: one["error_id"] for field, one in told.items()} == {
        "queue": "unknown",
        "ring_seconds": "out_of_range",
        "caller_number": "wrong_number",
        "key": "taken",
    }
    assert told["ring_seconds"]["says"] == {"least": "5", "most": "120"}


def test_it_is_started_paused_and_stopped_and_each_is_in_force_at_once(office: Any, manager: Any) -> None:
    key = manager.post(API, json=FORM).json["campaign"]["key"]
    fill(office, key)
    started = manager.post(f"{API}/{key}/start").json
    assert (started["campaign"]["state"], started["in_force"]) == ("running", True)
    assert started["campaign"]["waiting"] == 1
    assert manager.post(f"{API}/{key}/start").json["campaign"]["state"] == "running"
    assert manager.post(f"{API}/{key}/pause").json["may_become"] == ["running", "stopped"]
    assert manager.post(f"{API}/{key}/stop").json["may_become"] == []
    over = manager.post(f"{API}/{key}/start")
    assert (over.status_code, over.json["error_id"]) == (409, "campaign_stopped")
    actions = [row["action"] for row in office.browser("administrator").get("/api/v1/audit").json["items"]]
    assert actions[:3] == ["campaign.stop", "campaign.pause", "campaign.start"]
    assert actions[-1] == "campaign.add"


def test_what_its_leads_and_its_limit_rest_upon_stays_while_it_runs(office: Any, manager: Any) -> None:
    made = manager.post(API, json=FORM).json
    key, form = made["campaign"]["key"], made["value"]
    fill(office, key)

    def put(**changes: Any) -> Any:
        version = manager.get(f"{API}/{key}").json["version"]
        return manager.put(f"{API}/{key}", json=form | changes, headers={"If-Match": f'"{version}"'})

    assert put(name="Otoño").json["campaign"]["name"] == "Otoño"
    manager.post(f"{API}/{key}/start")
    assert missing(put(mode="progressive")) == {("mode", "fixed_running")}
    assert put(weight=2.0).json["value"]["weight"] == 2.0
    assert "purpose" in manager.get(f"{API}/{key}").json["fixed"]
    manager.post(f"{API}/{key}/pause")
    assert put(mode="progressive").json["value"]["mode"] == "progressive"
    assert missing(put(purpose="sales")) == {("purpose", "fixed_paused")}
    manager.post(f"{API}/{key}/stop")
    assert put().json["error_id"] == "campaign_over"
    stale = manager.put(f"{API}/{key}", json=form, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


def test_a_machine_dials_only_with_a_message_for_who_finds_nobody_and_where_that_is_allowed(
    office: Any, manager: Any
) -> None:
    key = manager.post(API, json=FORM | {"mode": "predictive", "message_flow": "none"}).json["campaign"][
        "key"
    ]
    fill(office, key)
    lacks = missing(manager.post(f"{API}/{key}/start"))
    assert lacks == {("message_flow", "no_message")}
    assert manager.get("/api/v1/campaign-choices").json["modes"][-1] == "predictive"
    office.use(replace(office.config, dialing=Dialing(clicks_only=True)))
    manager = office.browser("campaign_manager")
    lacks = missing(manager.post(f"{API}/{key}/start"))
    assert {("mode", "clicks_only"), ("mode", "no_trunk")} <= lacks
    choices = manager.get("/api/v1/campaign-choices").json
    assert (choices["modes"], choices["clicks_only"]) == (["manual", "preview"], True)
    assert choices["queues"] == [{"key": "sales", "name": "Sales", "count": 1}]


def test_a_list_is_looked_through_before_it_is_loaded(office: Any, manager: Any) -> None:
    key = manager.post(API, json=FORM).json["campaign"]["key"]
    saved = manager.post("/api/v1/segments", json={"name": "Todos", "conditions": {}}).json["segment_id"]
    source = {"kind": "segment", "id": saved}
    assert manager.get("/api/v1/campaign-sources").json == [source | {"name": "Todos", "customers": 1}]
    seen = manager.post(f"{API}/{key}/list-preview", json=source).json
    assert (seen["customers"], seen["looked_at"], seen["now"]["value"]) == (1, 1, 0.0)
    assert [one["rule"] for one in seen["refused"]] == ["no_profile"]  # no row was in force in 1970
    assert manager.get(f"{API}/{key}").json["campaign"]["leads"] == 0
    begun = manager.post(f"{API}/{key}/loads", json=source).json
    assert (begun["ended_at"], begun["added"]) == (None, 0)
    office.store.write(loading.take_part, begun["id"], now=office.now)
    (done,) = manager.get(f"{API}/{key}/loads").json
    assert (done["source"], done["added"], done["refused"], done["by"]) == (
        "Todos",
        1,
        [],
        "campaign_manager",
    )
    assert office.browser("analyst").get(f"{API}/{key}").json["campaign"]["waiting"] == 1
    assert manager.post(f"{API}/{key}/recycle", json={"results": ["busy"]}).json == {"leads": 0}
    wrong = manager.post(f"{API}/{key}/recycle", json={"results": ["connected"]})
    assert wrong.json["error_id"] == "wrong_result"


def test_how_a_campaign_goes_is_what_the_calls_process_says_with_its_last_calls(
    office: Any, manager: Any
) -> None:
    key = manager.post(API, json=FORM).json["campaign"]["key"]
    fill(office, key)
    number = manager.get(f"{API}/{key}").json["campaign"]["id"]
    paced = CampaignPaced(at=1.0, account_id=1, campaign=number, mode="preview", ringing=2)
    office.live.view.campaigns[number] = paced

    def call_him(session: Any) -> None:
        dial = session.query(Dial).first()
        plain = {"account_id": 1, "claim": "c", "owner": "o", "permit_id": 1, "campaign_id": number}
        for ordinal, result in enumerate(("busy", "withdrawn", "connected")):
            session.add(
                DialAttempt(
                    id=f"a-{ordinal}",
                    dial_id=dial.id,
                    ordinal=ordinal,
                    claimed_at=10.0 * ordinal,
                    ended_at=10.0 * ordinal + 5,
                    result=result,
                    connected_at=22.0 if result == "connected" else None,
                    agent="agent" if result == "connected" else None,
                    **plain,
                )
            )

    office.store.write(call_him)
    live = office.browser("supervisor").get(f"{API}/{key}/live").json
    assert (live["pace"]["ringing"], live["leads"]) == (2, {"planned": 1})
    told = [(one["customer"], one["result"], one["agent"], one["talked_seconds"]) for one in live["last"]]
    assert told == [("Rosa", "connected", "agent", 3.0), ("Rosa", "busy", None, None)]
    assert office.browser("other").get(f"{API}/{key}/live").status_code == 404
