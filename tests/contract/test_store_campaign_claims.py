"""Leads of campaigns on both databases: claimed once, in their order, dialled at the right number, and recorded."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from campaign_desk import HOME, MOBILE, NOW, CampaignDesk
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from crm_core import dial_claims, permission
from crm_core.campaigns import standing as campaign_standing
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.due import PREVIEW_SECONDS
from crm_core.db import Store
from crm_core.dial_claims import PassedOver
from crm_core.merges import merge
from crm_core.permission import do_not_call
from crm_core.permission.permits import PermitRow
from crm_core.users import User
from ctiserver.core import events as e
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import LegId
from ctiserver.core.leads import Lead
from ctiserver.core.permit import Rule

HOUR = 3600.0


@pytest.fixture
def desk(store: Store) -> CampaignDesk:
    return CampaignDesk(store)


def numbers(n: int) -> list[str]:
    return [f"+5697188{k:04}" for k in range(n)]


def test_own_promises_come_first_then_asked_hours_then_retries_then_fresh_leads(desk: CampaignDesk) -> None:
    one, two, three, four, five, six = numbers(6)
    fresh = desk.lead(one, now=NOW - 9 * HOUR)
    retry = desk.lead(two, attempts=1, now=NOW - HOUR)
    asked = desk.lead(three, asked_for_at=NOW - 60, next_at=NOW - 60)
    his = desk.lead(four, asked_for_at=NOW - 30, next_at=NOW - 30, agent="ann")
    of_another = desk.lead(five, asked_for_at=NOW - 90, next_at=NOW - 90, agent="bob")
    desk.lead(six, next_at=NOW + 1)
    standing = desk.store.read(campaign_standing.standing, desk.campaign, NOW)
    assert standing is not None
    assert (standing.waiting, standing.due, standing.next_due_at) == (6, 3, NOW - 9 * HOUR)
    mine = desk.store.read(campaign_standing.standing, desk.campaign, NOW, "bob")
    assert mine is not None
    assert mine.due == 4
    lead = desk.taken(agent="ann")
    assert (lead.dial_id, lead.agent, lead.campaign) == (his, "ann", desk.campaign)
    assert lead.permit.expires_at == NOW + PREVIEW_SECONDS
    assert [desk.taken().dial_id for _ in range(3)] == [asked, retry, fresh]
    assert desk.claim() is None
    assert desk.claim(agent="ann") is None
    assert desk.taken(agent="bob").dial_id == of_another
    assert desk.taken(NOW + 1).ordinal == 1


def test_only_a_campaign_that_runs_and_has_begun_has_leads_and_dials_by_themselves_are_no_leads(
    desk: CampaignDesk,
) -> None:
    desk.lead()
    for state in ("draft", "paused", "stopped", "finished"):
        desk.change(state=state)
        assert desk.claim() is None
    desk.change(state="running", starts_at=NOW + 60)
    assert desk.claim() is None
    desk.change(starts_at=None, ends_at=NOW)
    assert desk.claim() is None
    desk.change(ends_at=NOW + 600, attempts_at_most=7, product="boiler", purpose="sales")
    by_itself = {"claim": "s", "attempt": LegId("s-1"), "owner": "cti-a", "now": NOW}
    assert desk.store.write(dial_claims.claim_next, **by_itself) is None
    lead = desk.taken()
    assert (lead.attempts_at_most, lead.not_after, lead.permit.purpose) == (7, NOW + 600, "sales")
    permit = desk.store.read(lambda session: session.get_one(PermitRow, lead.permit.permit_id))
    assert (permit.product, permit.automatic) == ("boiler", True)


def test_two_daemons_never_claim_one_lead(desk: CampaignDesk) -> None:
    for number in numbers(12):
        desk.lead(number)
    together = Barrier(2)

    def daemon(owner: str) -> list[int]:
        together.wait()
        found: list[int] = []
        for n in range(60):
            attempt = LegId(f"{owner}-{n}")
            lead = desk.store.write(
                dial_claims.claim_next,
                claim=owner,
                attempt=attempt,
                owner=owner,
                now=NOW,
                campaign=desk.campaign,
            )
            if isinstance(lead, Lead):
                found.append(lead.dial_id)
            elif lead is None:
                break
        return found

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(daemon, ("cti-a", "cti-b"))
    assert len(one) + len(other) == len({*one, *other}) == 12
    assert desk.store.read(lambda session: session.scalar(select(func.count(PermitRow.id)))) == 12
    again = {owner: desk.store.read(dial_claims.claimed, owner) for owner in ("cti-a", "cti-b")}
    assert {owner: {lead.dial_id for lead in leads} for owner, leads in again.items()} == {
        "cti-a": {*one},
        "cti-b": {*other},
    }
    assert {(lead.campaign, lead.ordinal) for leads in again.values() for lead in leads} == {
        (desk.campaign, 1)
    }


def test_one_person_is_called_about_one_campaign_at_once(desk: CampaignDesk) -> None:
    first = desk.lead()
    owner = desk.row(first).customer_id
    other_campaign = desk.make("other")
    second = desk.lead(customer=owner, campaign=other_campaign)
    desk.taken()
    assert desk.claim(campaign=other_campaign) == PassedOver(second, "planned", "in_progress")


def test_two_records_that_turn_out_to_be_one_person_are_one_lead(desk: CampaignDesk) -> None:
    first, second = (desk.lead(number) for number in numbers(2))
    kept, merged = (desk.row(one).customer_id for one in (first, second))
    desk.store.write(merge, 1, kept, merged, by="ann", now=NOW)
    desk.talked(desk.taken())
    assert desk.claim(NOW + 90) == PassedOver(second, "cancelled", "same_customer")


def test_what_an_agent_promised_who_works_here_no_more_is_anyones(desk: CampaignDesk) -> None:
    planned = desk.lead(asked_for_at=NOW, next_at=NOW, agent="bob")
    assert desk.claim() is None

    def leaves(session: Session) -> None:
        session.add(
            User(login="bob", name="Bob", password_hash="", language="es", roles=frozenset(), disabled=True)
        )

    desk.store.write(leaves)
    standing = desk.store.read(campaign_standing.standing, desk.campaign, NOW)
    assert standing is not None
    assert standing.due == 1
    lead = desk.taken()
    assert (lead.dial_id, lead.agent, desk.row(planned).agent) == (planned, None, None)


def test_numbers_are_tried_in_their_order_and_one_that_does_not_exist_never_again(desk: CampaignDesk) -> None:
    work = "+56226389999"
    desk.lead(MOBILE, HOME, work)
    lead = desk.taken()
    assert (lead.permit.pii_address, lead.number_place, lead.numbers) == (MOBILE, 0, 3)
    desk.failed(lead, "no_answer", retry_at=NOW + 60)
    lead = desk.taken(NOW + 60)
    assert (lead.permit.pii_address, lead.number_place, lead.ordinal) == (HOME, 1, 2)
    row = desk.failed(lead, "disconnected", NOW + 65)
    assert (row.state, row.next_at, row.passed_over) == ("planned", NOW + 65, {HOME: "disconnected"})
    lead = desk.taken(NOW + 65)
    assert (lead.permit.pii_address, lead.ordinal) == (work, 3)
    row = desk.failed(lead, "busy", NOW + 70)
    assert (row.state, row.result, row.number) == ("busy", "busy", MOBILE)


def test_after_a_failure_of_the_network_the_same_number_is_tried_again(desk: CampaignDesk) -> None:
    desk.lead(MOBILE, HOME)
    desk.failed(desk.taken(), "congestion", retry_at=NOW + 60)
    assert desk.taken(NOW + 60).permit.pii_address == MOBILE


def test_a_lead_whose_every_number_does_not_exist_is_over(desk: CampaignDesk) -> None:
    desk.lead(MOBILE, HOME)
    desk.failed(desk.taken(), "invalid_number")
    row = desk.failed(desk.taken(NOW + 5), "invalid_number", NOW + 9)
    assert (row.state, row.ended_at) == ("failed", NOW + 9)


def test_a_number_that_a_list_forbids_for_good_gives_way_to_the_next_one(desk: CampaignDesk) -> None:
    planned = desk.lead(MOBILE, HOME)
    entry = desk.store.write(do_not_call.add, 1, MOBILE, source="call", by="ann", now=NOW)
    assert desk.claim() == PassedOver(planned, "planned", Rule.DO_NOT_CALL)
    assert desk.row(planned).refused_row == str(entry.id)
    assert desk.taken().permit.pii_address == HOME


def test_a_row_of_the_law_that_nobody_confirmed_keeps_leads_waiting_and_loses_none(
    desk: CampaignDesk,
) -> None:
    planned = desk.lead("+34612345678")
    assert desk.claim() == PassedOver(planned, "planned", Rule.UNCONFIRMED)
    assert desk.row(planned).next_at > NOW


def test_a_lead_that_is_given_back_was_not_tried_and_its_permit_is_free(desk: CampaignDesk) -> None:
    planned = desk.lead()
    lead = desk.taken()
    row = desk.failed(lead, "withdrawn", NOW + 5)
    assert (row.state, row.attempts, row.next_at, row.result) == ("planned", 0, NOW + 5, None)
    again = desk.taken(NOW + 5)
    assert (again.dial_id, again.ordinal) == (planned, 1)
    assert desk.attempt(again).ordinal == 2
    with pytest.raises(Refusal, match="expired"):
        desk.store.write(permission.use, lead.permit, MOBILE, "x", now=NOW + 5)
    assert desk.failed(again, "withdrawn", NOW + 6, retry_at=NOW + 600).next_at == NOW + 600


def test_what_becomes_of_a_lead_is_written_into_its_attempt(desk: CampaignDesk) -> None:
    mobiles = numbers(5)
    for number in mobiles:
        desk.lead(number)
    talk, drop, left_by, voicemail, silent = (desk.taken() for _ in mobiles)
    assert (desk.talked(talk).state, desk.attempt(talk).agent) == ("done", "ann")
    assert (desk.attempt(talk).answered_at, desk.attempt(talk).connected_at) == (NOW + 5, NOW + 6)
    for lead, by_leaving in ((drop, False), (left_by, True)):
        desk.reached(lead, answered_by="live", detector_cause="HUMAN-1-2-3", detector_seconds=0.8)
        desk.tell(
            e.LeadAbandoned,
            lead,
            NOW + 7,
            contact="x",
            campaign=desk.campaign,
            flow="sorry",
            by_leaving=by_leaving,
        )
        assert desk.ended(lead, "abandoned").state == "failed"
    row = desk.attempt(drop)
    assert (row.abandoned_at, row.abandoned_by_leaving, row.message_at) == (NOW + 7, False, NOW + 7)
    assert (row.answered_by, row.detector) == ("live", {"cause": "HUMAN-1-2-3", "seconds": 0.8})
    desk.reached(voicemail, answered_by="machine", flow="voicemail")
    assert desk.ended(voicemail, "message_left").state == "done"
    assert desk.attempt(voicemail).message_at == NOW + 5
    desk.reached(silent, answered_by="machine")
    row_again = desk.ended(silent, "machine", retry_at=NOW + HOUR)
    assert (row_again.state, row_again.next_at) == ("planned", NOW + HOUR)
    standing = desk.store.read(campaign_standing.standing, desk.campaign, NOW + 100)
    assert standing is not None
    assert (standing.answers, standing.abandons, standing.waiting, standing.due) == (3, 1, 1, 0)
    later = desk.store.read(campaign_standing.standing, desk.campaign, NOW + 31 * 24 * HOUR)
    assert later is not None
    assert (later.answers, later.abandons, later.due) == (0, 0, 1)
    assert not desk.store.write(campaign_standing.finish, desk.campaign, now=NOW + 100)
    last = desk.taken(NOW + HOUR)
    desk.change(ends_at=NOW + HOUR)
    assert not desk.store.write(campaign_standing.finish, desk.campaign, now=NOW + HOUR)  # he is being called
    desk.failed(last, "no_answer")
    assert desk.store.write(campaign_standing.finish, desk.campaign, now=NOW + 2 * HOUR)
    assert desk.store.read(lambda session: session.get_one(Campaign, desk.campaign).state) == "finished"


def test_what_a_campaign_has_lost_is_a_stray_of_that_campaign_alone(desk: CampaignDesk) -> None:
    desk.lead()
    lead = desk.taken()
    strays = lambda campaign, now, known=(): [  # noqa: E731
        (one.attempt, one.campaign, one.ordinal)
        for one in desk.store.read(dial_claims.strays, "cti-a", known, "new", now=now, campaign=campaign)
    ]
    mine = [(lead.attempt, desk.campaign, 1)]
    assert strays(desk.campaign, NOW + 61) == mine
    assert strays(desk.campaign, NOW + 61, [lead.attempt]) == []
    assert strays(None, NOW + 61) == []
    assert strays(desk.campaign + 1, NOW + 61) == []
    assert strays(None, NOW + 7 * HOUR) == mine


def test_on_sqlite_each_kind_of_lead_is_found_by_an_index_of_its_own(
    sqlite_template: Path, tmp_path: Path
) -> None:
    file = shutil.copy(sqlite_template, tmp_path / "crm.sqlite")
    with Store(f"sqlite:///{file}") as store:
        plans = plans_of_a_claim(CampaignDesk(store))
    wanted = ["ix_dials_asked_for", "ix_dials_asked_for", "ix_dials_retries", "ix_dials_due"]
    assert len(plans) == 4
    assert all(name in plan for name, plan in zip(wanted, plans, strict=True)), plans
    assert not any("TEMP B-TREE" in plan for plan in plans), plans


def plans_of_a_claim(desk: CampaignDesk) -> list[str]:
    """How the database finds the next lead, tier by tier."""
    seen: list[str] = []

    @event.listens_for(desk.store.engine, "before_cursor_execute")
    def note(_c: object, _cur: object, statement: str, _p: object, _x: object, _m: object) -> None:
        if "ORDER BY dials.next_at" in statement:
            seen.append(statement)

    desk.claim(agent="ann")
    plans = []
    with desk.store.engine.connect() as link:
        for statement in list(seen):
            values = tuple("x" for _ in range(statement.count("?")))
            rows = link.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            plans.append(" ".join(str(row[-1]) for row in rows))
    return plans
