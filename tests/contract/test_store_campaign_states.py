"""Campaigns made, started and paused, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.administration import campaign_states, desk
from crm_core.administration.campaign_form import CampaignForm, Campaigns
from crm_core.administration.campaign_states import Surroundings
from crm_core.administration.desk import Author
from crm_core.agents import add_agent
from crm_core.campaigns import campaign_list, last_calls, loading, own_leads
from crm_core.campaigns.campaign import campaign
from crm_core.campaigns.sources import Source
from crm_core.configuration import tables, version
from crm_core.customer_segments import segments
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial, schedule
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.queues import add_queue, let_serve
from crm_core.users import add_user
from ctiserver.core.errors import ConfigError, NotFound, Refusal
from ctiserver.core.permit import Purpose

AUTHOR = Author(account_id=1, login="nora", at=1000.0)
AROUND = Surroundings(flows=(), scripts=(), clicks_only=False, trunk=True)
FORM = CampaignForm(name="Cobranza de julio", purpose="collections", queue="cobranza")


@pytest.fixture
def key(store: Store) -> str:
    """A draft with one agent and one lead; the law is confirmed."""

    def furnish(session: Session) -> str:
        for rule in shipped():
            legal_profiles.confirm(session, 1, rule, expected_version=0, by="admin", name="a", now=1.0)
        serving = add_queue(session, 1, "cobranza", "Cobranza", skills={})
        add_user(session, login="ann", name="Ann", password="a-good-password", roles={"agent"})
        let_serve(session, add_agent(session, login="ann", extension="1001", skills={}), serving)
        key = desk.add(session, Campaigns(AUTHOR), AUTHOR, FORM).id
        row = campaign(session, 1, key)
        rosa = add_customer(session, 1, name="Rosa", now=0.0)
        lead = schedule(
            session,
            1,
            rosa.id,
            number="+56922220001",
            purpose=Purpose.COLLECTIONS,
            about=("campaign", f"{row.id}/{rosa.id}"),
            survey="x",
            not_before=0.0,
            not_after=9e9,
            by="test",
            now=0.0,
        )
        lead.campaign_id = row.id
        return key

    return store.write(furnish)


def test_a_start_and_a_pause_reach_the_engines_with_the_next_configuration(store: Store, key: str) -> None:
    assert store.read(tables).campaigns == ()
    before = store.read(version)
    store.write(campaign_states.start, AUTHOR, key, AROUND)
    assert [(one.key, one.running) for one in store.read(tables).campaigns] == [(key, True)]
    assert store.read(version) > before
    store.write(campaign_states.pause, AUTHOR, key)
    store.write(campaign_states.pause, AUTHOR, key)
    assert [(one.key, one.running) for one in store.read(tables).campaigns] == [(key, False)]
    store.write(campaign_states.stop, AUTHOR, key)
    assert store.read(tables).campaigns == ()
    with pytest.raises(Refusal) as refused:
        store.write(campaign_states.start, AUTHOR, key, AROUND)
    assert refused.value.error_id == "campaign_stopped"


def test_all_that_is_missing_is_told_at_once(store: Store, key: str) -> None:
    store.write(lambda session: session.query(Dial).delete())
    with pytest.raises(ConfigError) as missing:
        store.write(
            campaign_states.start,
            Author(account_id=1, login="nora", at=2000.0),
            key,
            Surroundings(flows=(), scripts=(), clicks_only=True, trunk=False),
        )
    assert [(one.path, one.error_id) for one in missing.value.mistakes] == [
        ("list", "no_leads"),
        ("mode", "no_trunk"),
    ]
    with pytest.raises(NotFound):
        store.write(campaign_states.start, Author(account_id=2, login="x", at=1.0), key, AROUND)


def test_a_list_of_campaigns_counts_leads_and_who_serves(store: Store, key: str) -> None:
    number = store.read(lambda session: campaign(session, 1, key).id)
    assert store.read(campaign_list.lead_counts, 1) == {number: campaign_list.LeadCounts(1, 1)}
    assert store.read(campaign_list.lead_counts, 2) == {}
    queues = store.read(lambda s: [(one.key, n) for one, n in campaign_list.staffed_queues(s, 1)])
    assert queues == [("cobranza", 1)]


def test_an_agent_finds_the_campaigns_of_his_queues_and_his_own_call_backs(store: Store, key: str) -> None:
    def names(login: str, account: int = 1) -> list[str]:
        return store.read(lambda session: [one.key for one in own_leads.served(session, account, login)])

    assert names("ann") == []  # it does not run yet
    store.write(campaign_states.start, AUTHOR, key, AROUND)
    assert (names("ann"), names("bob"), names("ann", 2)) == ([key], [], [])

    def promise(session: Session) -> None:
        lead = session.scalars(select(Dial)).one()
        lead.agent, lead.asked_for_at, lead.next_at = "ann", 5000.0, 5000.0

    store.write(promise)
    (found,) = store.read(own_leads.call_backs, 1, "ann")
    assert (found.customer, found.at, found.campaign) == ("Rosa", 5000.0, "Cobranza de julio")
    assert store.read(own_leads.call_backs, 1, "bob") == store.read(own_leads.call_backs, 2, "ann") == []


def test_the_last_calls_of_a_campaign_are_told_without_those_never_made(store: Store, key: str) -> None:
    def call(session: Session) -> None:
        lead = session.scalars(select(Dial)).one()
        usual: dict[str, Any] = {"account_id": 1, "claim": "c", "owner": "o", "permit_id": 1}
        for place, result in enumerate(("busy", "withdrawn", "connected", None)):
            session.add(
                DialAttempt(
                    id=f"a-{place}",
                    dial_id=lead.id,
                    campaign_id=lead.campaign_id,
                    ordinal=place,
                    claimed_at=10.0 * place,
                    connected_at=12.0 if result == "connected" else None,
                    ended_at=10.0 * place + 5 if result else None,
                    result=result,
                    **usual,
                )
            )

    store.write(call)
    last = store.read(lambda session: last_calls.last_calls(session, campaign(session, 1, key)))
    assert [(one.result, one.customer, one.talked_seconds) for one in last] == [
        ("connected", "Rosa", 13.0),
        ("busy", "Rosa", None),
    ]
    states = store.read(lambda session: last_calls.lead_states(session, campaign(session, 1, key)))
    assert states == {"planned": 1}


def test_lists_that_may_be_loaded_are_segments_and_imports_that_are_done(store: Store, key: str) -> None:
    saved = store.write(segments.save, 1, name="Todos", tree={}, by="nora", now=1.0).id
    found = store.read(campaign_list.lead_sources, 1, now=1.0)
    assert found == [campaign_list.LeadSource("segment", saved, "Todos", 1)]
    assert store.read(campaign_list.lead_sources, 2, now=1.0) == []
    begun = store.write(loading.begin, 1, key, Source(kind="segment", id=saved), by="nora", now=2.0)
    store.write(loading.take_part, begun.id, now=3.0)
    (done,) = store.read(lambda session: campaign_list.loads(session, campaign(session, 1, key)))
    assert (done.there, done.added, done.ended_at) == (1, 0, 3.0)
