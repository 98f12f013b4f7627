"""The detector's verdicts beside what agents said, on both databases."""

from typing import Any

import pytest
from campaign_desk import NOW, CampaignDesk
from sqlalchemy.orm import Session

from crm_core.campaigns.detector import DetectorRow, truth
from crm_core.db import Store
from crm_core.interactions import Interaction, Segment
from crm_core.permission.opting_out import opt_out
from ctiserver.core.errors import NotFound


@pytest.fixture
def desk(store: Store) -> CampaignDesk:
    return CampaignDesk(store)


def heard(desk: CampaignDesk, n: int, verdict: str, cause: str, said: str | None = None) -> str:
    """The n-th lead, who was judged so; `said` is what his agent disposed of him as. His contact."""
    number = f"+5697188{n:04}"
    desk.lead(number)
    lead = desk.taken(NOW + 200 * n)
    how: dict[str, Any] = {"answered_by": verdict, "detector_cause": cause, "detector_seconds": 1.2}
    desk.reached(lead, NOW + 200 * n + 5, **how)
    desk.ended(lead, "connected" if said else verdict, NOW + 200 * n + 90)
    contact = f"contact-{lead.attempt}"
    if said:
        desk.store.write(_talk, contact, number, said)
    return contact


def _talk(session: Session, contact: str, number: str, said: str) -> None:
    told: dict[str, Any] = {"arrived_at": NOW, "last_epoch": 1, "last_seq": 1, "last_n": 1}
    session.add(Interaction(id=contact, account_id=1, ani=number, **told))
    session.flush()
    segment = Segment(
        interaction_id=contact,
        ordinal=1,
        agent="ann",
        queue="calls-out",
        answered_at=NOW,
        disposition=said,
    )
    session.add(segment)


def test_verdicts_stand_beside_dispositions_by_cause(desk: CampaignDesk) -> None:
    assert desk.store.read(truth, 1, "gas").rows == ()
    assert desk.store.read(truth, 1, "gas").passed is None
    heard(desk, 1, "live", "HUMAN-400-400", "sold")
    heard(desk, 2, "live", "HUMAN-420-400", "machine")
    heard(desk, 3, "live", "HUMAN-400-400", "sold")
    heard(desk, 4, "unsure", "TOOLONG-1500", "machine")
    heard(desk, 5, "machine", "MAXWORDS-6-6")
    contact = heard(desk, 6, "machine", "LONGGREETING-1120-1100")
    desk.store.write(
        lambda session: opt_out(
            session, 1, number="+56971880006", customer_id=6, contact=contact, key="9", by="flow", now=NOW
        )
    )
    found = desk.store.read(truth, 1, "gas")

    def row(verdict: str, cause: str, calls: int, machine: int, person: int, keys: int) -> DetectorRow:
        return DetectorRow(
            verdict=verdict,
            cause=cause,
            calls=calls,
            said_machine=machine,
            said_person=person,
            key_pressed=keys,
            seconds=1.2,
        )

    assert found.rows == (
        row("live", "HUMAN", 3, 1, 2, 0),
        row("machine", "LONGGREETING", 1, 0, 0, 1),
        row("machine", "MAXWORDS", 1, 0, 0, 0),
        row("unsure", "TOOLONG", 1, 1, 0, 0),
    )
    assert found.passed is not None
    assert found.passed[0] == 0.5
    assert found.people_at_least == 1


def test_it_is_about_one_campaign_of_one_account(desk: CampaignDesk) -> None:
    heard(desk, 1, "live", "HUMAN-400-400")
    desk.make("other")
    assert desk.store.read(truth, 1, "other").rows == ()
    with pytest.raises(NotFound):
        desk.store.read(truth, 2, "gas")
