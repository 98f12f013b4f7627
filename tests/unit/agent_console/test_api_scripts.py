"""Scripts in REST: checked and walked while they are written, in force without mistakes only, walked by an agent."""

from importlib import resources
from typing import Any

import pytest

from crm_core.campaigns import effects
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.effect_work import Ended
from crm_core.dials import Dial, schedule
from crm_core.dispositions import Disposition
from crm_core.queues import queue
from ctiserver.core.live_rows import ContactView
from ctiserver.core.permit import Purpose

API = "/api/v1"
TEXT = resources.files("crm_core.scripts.demo").joinpath("collection.toml").read_text("utf-8")
CODES = ("wrong_person", "disputed", "promise", "not_interested")


@pytest.fixture
def words(office: Any) -> None:
    """The results that the script suggests."""
    office.store.write(
        lambda session: session.add_all(
            Disposition(account_id=1, code=code, label_es=code, label_en=code) for code in CODES
        )
    )


@pytest.fixture
def kept(office: Any, words: None) -> Any:
    browser = office.browser("campaign_manager")
    made = browser.post(f"{API}/scripts/debt/versions", json={"text": TEXT, "note": "first"}).json
    assert (made["in_force"], [one["number"] for one in made["versions"]]) == (None, [1])
    assert browser.put(f"{API}/scripts/debt/in-force", json={"number": 1}).json["in_force"] == 1
    return browser


def lead_in_hand(office: Any, script: str | None) -> int:
    """Rosa is called for a campaign, and the agent has her in hand."""

    def change(session: Any) -> int:
        made = Campaign(
            account_id=1, key="late", name="Late", purpose=Purpose.COLLECTIONS, mode="preview", script=script,
            queue_id=queue(session, 1, "sales").id, state_at=1.0, state_by="x", made_at=1.0, made_by="x",
        )  # fmt: skip
        session.add(made)
        session.flush()
        lead = schedule(
            session, 1, 1, number="+56922220001", purpose=Purpose.COLLECTIONS, about=("campaign", "1/1"),
            not_before=1.0, not_after=9e9, by="x", now=1.0, flow="x", language="es",
        )  # fmt: skip
        lead.campaign_id = made.id
        session.flush()
        return int(lead.id)

    dial_id: int = office.store.write(change)
    view = office.live.view
    view.contacts["out"] = ContactView(
        contact="out", account_id=1, did="", pii_number="+56922220001", language="es", arrived_at=1.0, since=1.0,
        dial_id=dial_id,
    )  # fmt: skip
    view.agents["agent"].contact = "out"
    return dial_id


def test_a_draft_is_checked_with_its_reading_times_and_walked_before_it_is_kept(
    office: Any, words: None
) -> None:
    browser = office.browser("campaign_manager")
    fine = browser.post(f"{API}/script-checks", json={"name": "debt", "text": TEXT}).json
    assert (fine["mistakes"], fine["script"]["start"]) == ([], "greeting")
    greeting = [one for one in fine["reading"] if one["what"] == "greeting"]
    assert [(one["language"], one["words_over"]) for one in greeting] == [("es", 0), ("en", 0)]
    assert all(2 < one["seconds"] <= 5 for one in greeting)
    assert TEXT.splitlines()[greeting[0]["line"] - 1].startswith("es =")
    long = TEXT.replace("¿Qué día lo paga?", "palabra " * 20)
    wrong = browser.post(f"{API}/script-checks", json={"name": "debt", "text": long}).json
    assert [(one["error_id"], one["fields"]["words"]) for one in wrong["mistakes"]] == [("too_long", "2")]
    assert browser.post(f"{API}/script-checks", json={"name": "x", "text": "start ="}).json["script"] is None
    at = browser.post(f"{API}/script-steps", json={"text": TEXT}).json
    assert at == {"place": {"page": "greeting", "trail": []}, "left": 1}
    step = {"page": "greeting", "answer": "yes"}
    at = browser.post(f"{API}/script-steps", json={"text": TEXT, "place": at["place"], "step": step}).json
    assert at["place"] == {"page": "debt", "trail": ["greeting"]}
    step = {"page": "debt", "answer": "nothing"}
    refused = browser.post(f"{API}/script-steps", json={"text": TEXT, "place": at["place"], "step": step})
    assert (refused.status_code, refused.json["error_id"]) == (409, "wrong_answer_choice")


def test_a_script_with_mistakes_is_kept_but_never_put_in_force_and_an_old_one_is_restored(
    office: Any, kept: Any
) -> None:
    path = f"{API}/scripts/debt"
    bad = {"text": TEXT.replace('yes = "debt"', 'yes = "nowhere"'), "expected_newest": 1}
    assert kept.post(f"{path}/versions", json=bad).json["versions"][0]["number"] == 2
    refused = kept.put(f"{path}/in-force", json={"number": 2})
    assert (refused.status_code, len(refused.json["mistakes"])) == (422, 5)
    assert kept.get(path).json["in_force"] == 1
    late = kept.post(f"{path}/versions", json={"text": TEXT, "expected_newest": 1})
    assert (late.status_code, late.json["error_id"]) == (409, "conflict")
    assert kept.post(f"{path}/versions", json={"text": TEXT + "\n", "expected_newest": 2}).status_code == 200
    assert kept.put(f"{path}/in-force", json={"number": 3}).json["in_force"] == 3
    assert kept.put(f"{path}/in-force", json={"number": 1}).json["in_force"] == 1
    assert kept.get(f"{path}/versions/1").json["text"] == TEXT
    assert kept.get(f"{path}/versions/x").status_code == 404
    assert kept.post(f"{API}/scripts/No good/versions", json={"text": TEXT}).status_code == 422
    other = office.browser("other")
    assert other.get(f"{API}/scripts").json == []
    assert other.get(path).status_code == 404


def test_an_agent_walks_the_script_of_his_contact_s_campaign_and_a_reload_goes_on(
    office: Any, kept: Any
) -> None:
    dial_id = lead_in_hand(office, "debt")
    ann, path = office.browser("agent"), f"{API}/me/scripts/out"
    seen = ann.post(f"{API}/me/leads/{dial_id}/script", json={}).json
    assert (seen["name"], seen["number"], seen["place"]["page"]) == ("debt", 1, "greeting")
    step = {"place": seen["place"], "step": {"page": "greeting", "answer": "yes"}}
    after = ann.post(f"{API}/me/leads/{dial_id}/script", json=step).json
    assert (after["place"]["page"], after["answers"]) == ("debt", {})
    begun = ann.post(path).json
    assert (begun["place"]["page"], begun["answers"]) == ("greeting", {})
    assert (begun["values"]["customer.first_name"], begun["values"]["agent.name"]) == ("Rosa", "agent")
    for page, answer in (("greeting", "yes"), ("debt", "forgot"), ("amount", "5000")):
        assert ann.post(f"{path}/steps", json={"page": page, "answer": answer}).status_code == 200
    wrong = ann.post(f"{path}/steps", json={"page": "day", "answer": "tomorrow"})
    assert (wrong.status_code, wrong.json["error_id"]) == (409, "wrong_answer_date")
    objected = ann.post(f"{path}/steps", json={"page": "day", "objection": "cut"}).json
    assert objected["place"]["page"] == "day"
    ended = ann.post(f"{path}/steps", json={"page": "day", "answer": "2026-10-03"}).json
    assert (ended["place"]["page"], ended["left"]) == ("agreed", 0)
    assert ended["values"]["answer.day"] == "3 de octubre"
    assert ann.post(path).json == ended
    answers = ann.get(f"{API}/customers/1/script-answers").json
    assert {(one["question"], one["answer"]) for one in answers} >= {("why", "forgot"), ("cut", "day")}
    assert {(one["script"], one["version"], one["by"], one["contact_id"]) for one in answers} == {
        ("debt", 1, "agent", "out")
    }
    words = {one["question"]: (one["asked"], one["said"]) for one in answers}
    assert words["why"][1] == "Se olvidó"
    assert words["day"] == ("¿Qué día lo paga?", "3 de octubre")
    assert words["cut"] == ("Objeción", "¿Me van a cortar?")
    counted = kept.get(f"{API}/campaign-answers/{answers[0]['campaign_id']}").json
    assert counted["why"] == {"forgot": 1}
    other = office.browser("other")
    assert other.post(path).json["error_id"] == "not_your_contact"
    assert other.post(f"{API}/me/leads/{dial_id}/script", json={}).status_code == 404
    assert other.get(f"{API}/customers/1/script-answers").status_code == 404
    assert other.get(f"{API}/campaign-answers/1").json == {}


def test_a_contact_without_a_script_says_so(office: Any, kept: Any) -> None:
    lead_in_hand(office, None)
    assert office.browser("agent").post(f"{API}/me/scripts/out").status_code == 404


def test_promises_of_a_campaign_are_told_with_their_interval_and_few_agents_are_not_compared(
    office: Any, kept: Any
) -> None:
    lead = lead_in_hand(office, "debt")

    def promised(session: Any) -> int:
        for place in range(5):
            ended = Ended(contact=f"c{place}", customer_id=1, dial_id=lead)
            more = {"code": "promise", "effect": "promise_to_pay", "flow": None, "now": office.now}
            given = {"amount_minor": 100, "day": "1970-01-02"}
            by = ("agent", "supervisor")[place % 2]
            effects.bring_about(session, 1, ended, given=given, by=by, **more)
        dial = session.get(Dial, lead)
        return int(dial.campaign_id)

    campaign_id = office.store.write(promised)
    office.now += 3 * 86_400.0
    told = office.browser("campaign_manager").get(f"{API}/campaign-outcomes/{campaign_id}").json
    assert (told["promises"]["due"], told["promises"]["kept"], told["promises"]["rate"]) == (5, 0, 0.0)
    assert 0.4 < told["promises"]["high"] < 0.5
    assert (told["by_agent"], told["persons_hidden"]) == ({}, True)
    assert told["cost"] == {"cost_minor": 0, "recovered_minor": 0, "per_unit": None}
    assert office.browser("agent").get(f"{API}/campaign-outcomes/{campaign_id}").status_code == 403
