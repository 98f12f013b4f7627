"""Campaigns made, started and paused, on both databases."""

import pytest
from sqlalchemy.orm import Session

from crm_core.administration import campaign_states, desk
from crm_core.administration.campaign_form import CampaignForm, Campaigns
from crm_core.administration.campaign_states import Surroundings
from crm_core.administration.desk import Author
from crm_core.agents import add_agent
from crm_core.campaigns import campaign_list
from crm_core.campaigns.campaign import campaign
from crm_core.configuration import tables, version
from crm_core.customers import add_customer
from crm_core.db import Store
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
