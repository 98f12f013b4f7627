"""Leads are claimed one by one, and a claim that is asked again gets what it made."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from twisted.internet.defer import Deferred, maybeDeferred

from crm_core import dials, schema
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.leads import new_lead
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dials import Dial
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.queues import Queue
from ctiserver.app.dial_desk import DialDesk
from ctiserver.core.commands import ClaimLeads
from ctiserver.core.inputs import LeadsClaimed
from ctiserver.core.permit import Purpose

NOW = datetime(2026, 9, 14, 10, tzinfo=ZoneInfo("America/Santiago")).timestamp()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/crm.sqlite"
    schema.upgrade(url)
    with Store(url) as opened:
        for row in shipped():
            opened.write(
                legal_profiles.confirm, 1, row, expected_version=0, by="a", name="a", now=NOW - 86_400
            )
        for n in range(3):
            opened.write(_plan, E164(f"+5697188421{n}"))
        yield opened


def _plan(session: Any, number: E164) -> None:
    who = add_customer(session, 1, name="Ana", phones=[number], now=1.0)
    dials.schedule(
        session,
        1,
        who.id,
        number=number,
        purpose=Purpose.SERVICE,
        about=("test", number),
        not_before=NOW,
        not_after=NOW + 3600,
        by="test",
        now=NOW - 1,
        survey="visit",
    )


class Desk:
    """A desk whose threads are the caller's own."""

    def __init__(self, store: Store) -> None:
        self.told: list[Any] = []
        self.desk = DialDesk(
            store=store, owner="cti-a", now=lambda: NOW, in_thread=self.at_once, emit=self.told.append
        )

    def at_once(self, function: Any, *arguments: Any) -> Deferred[Any]:
        return maybeDeferred(function, *arguments)

    def claim(self, claim: str, limit: int = 2) -> LeadsClaimed:
        self.desk.claim(ClaimLeads(claim=claim, kind="scheduled", limit=limit))
        told = self.told.pop()
        assert isinstance(told, LeadsClaimed)
        return told


def test_each_claim_gets_others_and_no_more_than_it_asked_for(store: Store) -> None:
    desk = Desk(store)
    first = desk.claim("c1")
    assert [lead.attempt for lead in first.leads] == ["c1-1", "c1-2"]
    assert desk.claim("c1") == first  # asked again after a crash
    second = desk.claim("c2")
    assert [lead.attempt for lead in second.leads] == ["c2-1"]
    assert desk.claim("c3").leads == ()
    dialled = [lead.dial_id for lead in (*first.leads, *second.leads)]
    assert len(set(dialled)) == 3


def test_a_database_that_fails_gives_no_leads(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/without-tables.sqlite") as empty:
        assert Desk(empty).claim("c1") == LeadsClaimed(at=NOW, claim="c1")


def test_the_leads_of_a_campaign_come_with_how_it_stands_now_and_then(store: Store) -> None:
    number = store.write(_campaign)
    desk = Desk(store)

    def ask(claim: str, limit: int, agent: Any = None) -> LeadsClaimed:
        desk.desk.claim(ClaimLeads(claim=claim, kind="campaign", campaign=number, limit=limit, agent=agent))
        told = desk.told.pop()
        assert isinstance(told, LeadsClaimed)
        return told

    first = ask("k1", 1)
    assert [(lead.attempt, lead.campaign) for lead in first.leads] == [("k1-1", number)]
    assert first.standing is not None
    assert (first.standing.answers, first.standing.waiting, first.standing.due) == (0, 2, 2)
    assert ask("k2", 1, "ann").standing is None  # a moment ago
    last = ask("k3", 5)
    assert len(last.leads) == 1
    assert last.standing is not None
    assert last.standing.due == 0
    assert desk.claim("c1").standing is None


def _campaign(session: Any) -> int:
    row = Campaign(
        account_id=1,
        key="gas",
        name="Gas",
        queue=Queue(account_id=1, key="out", name="Out"),
        purpose="service",
        mode="progressive",
        state="running",
        state_at=1.0,
        state_by="a",
        made_at=1.0,
        made_by="a",
    )
    session.add(row)
    session.flush()
    for n in range(3):
        number = E164(f"+5697188431{n}")
        who = add_customer(session, 1, name="Eva", phones=[number], now=1.0)
        session.execute(insert(Dial), [new_lead(row, who.id, [number], language="es", by="a", now=1.0)])
    return row.id
