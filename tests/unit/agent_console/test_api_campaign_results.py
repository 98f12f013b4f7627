"""Results of a campaign over REST: rates with what they are made of, persons in groups only, tables to take away."""

import io
from typing import Any

import openpyxl
import pytest

from crm_core import dials
from crm_core.administration import desk
from crm_core.administration.campaign_form import CampaignForm, Campaigns
from crm_core.administration.desk import Author
from crm_core.campaigns.campaign import campaign
from crm_core.customers import add_customer
from crm_core.dial_attempts import DialAttempt
from ctiserver.core.permit import Purpose

API = "/api/v1/campaigns/renewal"
AUTHOR = Author(account_id=1, login="nora", at=0.0)
CAME = ("connected", "busy", "no_answer", "connected")


@pytest.fixture
def agents(office: Any) -> list[str]:
    """Four leads, of whom two spoke with these agents, one each; changed before the first request is made."""
    return ["agent", "bob"]


def carry_out(office: Any, agents: list[str]) -> None:
    def write(session: Any) -> None:
        form = CampaignForm(key="renewal", name="Renewal", purpose="renewal", queue="sales")
        desk.add(session, Campaigns(AUTHOR), AUTHOR, form)
        row = campaign(session, 1, "renewal")
        for place in range(max(len(CAME), len(agents))):
            person = add_customer(session, 1, name=f"Person {place}", now=0.0)
            span = {"not_before": 0.0, "not_after": 9e9, "by": "test", "now": 0.0}
            about = ("campaign", f"{row.id}/{person.id}")
            wish = {"number": f"+5692222000{place}", "purpose": Purpose.RENEWAL, "about": about}
            lead = dials.schedule(session, 1, person.id, survey="x", **wish, **span)
            lead.campaign_id = row.id
            session.flush()
            result = CAME[place % len(CAME)] if len(agents) < 3 else "connected"
            spoke = result == "connected"
            agent = agents[(place // 3) % len(agents)] if len(agents) < 3 else agents[place]
            session.add(
                DialAttempt(
                    id=f"a-{place}",
                    account_id=1,
                    dial_id=lead.id,
                    ordinal=1,
                    claim="c",
                    owner="o",
                    permit_id=1,
                    campaign_id=row.id,
                    claimed_at=100.0,
                    answered_at=110.0 if spoke else None,
                    connected_at=111.0 if spoke else None,
                    ended_at=200.0,
                    result=result,
                    agent=agent if spoke else None,
                )
            )

    office.store.write(write)


def test_rates_stand_with_what_they_are_made_of(office: Any, agents: list[str]) -> None:
    carry_out(office, agents)
    told = office.browser("supervisor").get(f"{API}/results").json
    assert told["rates"]["penetration"] == 1.0
    assert told["rates"]["contact_rate"] == 0.5
    assert told["results"]["results"] == {"connected": 2, "busy": 1, "no_answer": 1}
    assert (told["state"], told["currency"], told["detector"]) == ("draft", "CLP", None)
    chosen = office.browser("supervisor").get(f"{API}/results?goals=a,b&wrong=c").json
    assert (told["goals"], chosen["goals"], chosen["wrong"]) == ([], ["a", "b"], ["c"])
    assert office.browser("agent").get(f"{API}/results").status_code == 403
    assert office.browser("other").get(f"{API}/results").status_code == 404


def test_fewer_than_five_persons_are_not_compared(office: Any, agents: list[str]) -> None:
    carry_out(office, agents)
    told = office.browser("analyst").get(f"{API}/results").json
    assert (told["persons_hidden"], told["results"]["by_agent"], told["own"]) == (True, [], None)
    saved = office.browser("analyst").get(f"{API}/results/export?table=by_agent").text
    assert "bob" not in saved


def test_five_are(office: Any) -> None:
    carry_out(office, ["ann", "bob", "eve", "sue", "zoe"])
    told = office.browser("analyst").get(f"{API}/results").json
    assert told["persons_hidden"] is False
    assert [row["agent"] for row in told["results"]["by_agent"]] == ["ann", "bob", "eve", "sue", "zoe"]


def test_tables_are_taken_away_in_the_readers_words(office: Any, agents: list[str]) -> None:
    carry_out(office, agents)
    boss = office.browser("supervisor")
    lines = boss.get(f"{API}/results/export?table=results").text.removeprefix("\ufeff").splitlines()
    assert lines == ["Resultado,Veces", "Habló con un agente,2", "Ocupado,1", "No contestó,1"]
    book = openpyxl.load_workbook(
        io.BytesIO(boss.get(f"{API}/results/export?table=by_number&format=xlsx").data)
    )
    assert [[cell.value for cell in row] for row in book.active.rows][1] == ["1", 4, 2, 2, 0]
    for table in ("dispositions", "by_hour", "by_weekday", "refused"):
        assert boss.get(f"{API}/results/export?table={table}").status_code == 200
    assert boss.get(f"{API}/results/export?table=everything").status_code == 400


def test_a_list_that_is_too_short_for_a_pre_test_is_told_so(office: Any, agents: list[str]) -> None:
    carry_out(office, agents)
    manager = office.browser("campaign_manager")
    assert manager.get(f"{API}/pre-test").json["pre_test"] is None
    refused = manager.post(f"{API}/pre-test", json={})
    assert (refused.status_code, refused.json["error_id"]) == (409, "list_too_short")
    assert manager.post(f"{API}/pre-test/end", json={}).json["error_id"] == "no_pre_test"
    assert office.browser("supervisor").post(f"{API}/pre-test", json={}).status_code == 403
