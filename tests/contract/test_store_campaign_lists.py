"""Lists of campaigns on both databases: loaded, looked at beforehand, called again, and called back."""

from typing import Any

import pytest
from campaign_desk import HOME, MOBILE, NOW, CampaignDesk, at
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import products
from crm_core.audit import newest
from crm_core.campaigns import call_backs, campaign_list, loading, recycling
from crm_core.campaigns.campaign import Campaign, CampaignLoad
from crm_core.campaigns.permission_preview import Preview, preview
from crm_core.campaigns.sources import Source
from crm_core.contact_points import Phone, end, keep_phone, point
from crm_core.customer_segments import segments
from crm_core.customers_in_bulk import NewCustomer, add_customers
from crm_core.db import Store
from crm_core.dials import Dial
from crm_core.holdings import keep
from crm_core.imports import Import, ImportRow
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import Interaction
from crm_core.permission import consents, do_not_call
from crm_core.phone_numbers import E164
from crm_core.products import OwnedProduct
from crm_core.provenance import Origin
from crm_core.provenance import Source as From
from crm_core.reader_positions import EventId
from ctiserver.app.campaign_chores import CampaignEnds, CampaignLoads
from ctiserver.core import events as e
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.permit import Purpose

HOUR = 3600.0
ORIGIN = Origin(source=From.FILE, by="import 1")


@pytest.fixture
def desk(store: Store) -> CampaignDesk:
    return CampaignDesk(store)


def everybody(desk: CampaignDesk) -> Source:
    tree = {"any": [{"field": "stage", "operator": "is", "value": one} for one in ("prospect", "customer")]}
    made = desk.store.write(segments.save, 1, name="all", tree=tree, by="admin", now=NOW)
    return Source(kind="segment", id=made.id)


def load(desk: CampaignDesk, source: Source, key: str = "gas") -> CampaignLoad:
    return desk.store.write(loading.load, 1, key, source, by="maria", now=NOW)


def loads(desk: CampaignDesk) -> list[CampaignLoad]:
    read = lambda session: list(campaign_list.loads(session, session.get_one(Campaign, desk.campaign)))  # noqa: E731
    return desk.store.read(read)


def leads(desk: CampaignDesk) -> list[Dial]:
    query = select(Dial).where(Dial.campaign_id == desk.campaign).order_by(Dial.id)
    return list(desk.store.read(lambda session: session.scalars(query).all()))


def owns_boiler(desk: CampaignDesk, customer: int) -> None:
    def add(session: Session) -> None:
        boiler = products.define_product(session, 1, "boiler", now=NOW, name="Boiler")
        keep(session, OwnedProduct, 1, customer, "B-1", origin=ORIGIN, now=NOW, product_id=boiler.id)

    desk.store.write(add)


def says_no(desk: CampaignDesk, customer: int, now: float = NOW) -> None:
    no = {"given": False, "channel": "any", "purpose": "any", "source": "call", "by": "ann"}
    desk.store.write(consents.note, 1, customer, now=now, **no)


def test_a_list_becomes_leads_and_whom_no_waiting_helps_is_left_out_by_reason(desk: CampaignDesk) -> None:
    desk.change(product="boiler", attempts_at_most=5, ends_at=at(30, 20))
    there = desk.lead(MOBILE)
    several = desk.customer(HOME, "+56971884299", "+56226381111", stage="prospect", language="en")
    desk.store.write(keep_phone, 1, several, E164("+56226381111"), origin=ORIGIN, now=NOW, preferred=True)
    listed = desk.customer("+56971884214", "+56971884215")
    for number in ("+56971884214", "+56971884215", "+56971884299"):
        desk.store.write(do_not_call.add, 1, number, source="call", by="ann", now=1.0)
    without = desk.customer()
    gone, no, owner = (desk.customer(f"+5697188421{n}") for n in (6, 7, 8))
    desk.store.write(
        lambda session: end(session, point(session, Phone, 1, gone, "+56971884216"), by="ann", now=NOW)
    )
    says_no(desk, no)
    owns_boiler(desk, owner)
    done = load(desk, everybody(desk))
    assert (done.added, done.there, done.ended_at) == (1, 1, NOW)
    assert done.refused == {"no_number": 2, "do_not_call": 1, "consent_revoked": 1, "owned": 1}
    old, new = leads(desk)
    assert old.id == there
    assert (new.customer_id, new.numbers, new.number) == (several, ["+56226381111", HOME], "+56226381111")
    assert (new.language, new.attempts_at_most, new.not_after, new.made_by) == ("en", 5, at(30, 20), "maria")
    assert (new.about_kind, new.about_key) == ("campaign", f"{desk.campaign}/{several}")
    same = Source(kind="segment", id=done.source_id)
    again = load(desk, same)
    assert (again.added, again.there) == (0, 2)
    assert [row.id for row in loads(desk)] == [again.id, done.id]
    assert [row.action for row in desk.store.read(newest, 1, subject="campaign gas")] == ["load", "load"]
    with pytest.raises(NotFound):
        desk.store.write(loading.begin, 2, "gas", same, by="x", now=NOW)
    desk.change(state="stopped")
    with pytest.raises(Refusal, match="stopped"):
        load(desk, same)
    assert {listed, without}.isdisjoint(row.customer_id for row in leads(desk))


def test_who_was_imported_becomes_a_lead_and_an_import_under_way_is_refused(desk: CampaignDesk) -> None:
    one, _other = desk.customer(MOBILE), desk.customer(HOME)

    def add(session: Session) -> int:
        row = Import(
            account_id=1,
            file_name="f",
            stored_as="f",
            columns=[],
            encoding="utf-8",
            delimiter=",",
            mapping={},
        )
        row.made_by, row.made_at, row.lines, row.state = "maria", NOW, 2, "running"
        session.add(row)
        session.flush()
        session.add_all(
            ImportRow(
                import_id=row.id, line=n, state="same", customer_id=one, before={}, cells=[], reasons=[]
            )
            for n in (2, 3)
        )
        return row.id

    source = Source(kind="import", id=desk.store.write(add))
    with pytest.raises(Refusal, match="import"):
        load(desk, source)

    def end_it(session: Session) -> None:
        session.get_one(Import, source.id).state = "done"

    desk.store.write(end_it)
    assert load(desk, source).added == 1
    assert [row.customer_id for row in leads(desk)] == [one]


def test_the_jobs_process_loads_part_by_part_and_finishes_who_has_nobody_left(
    desk: CampaignDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PART", 3)
    people = [NewCustomer(fields={"name": "Ana"}, phones=(E164(f"+5697188{n:04}"),)) for n in range(7)]
    desk.store.write(add_customers, 1, people, origin=ORIGIN, now=1.0)
    source = everybody(desk)
    row = desk.store.write(loading.begin, 1, "gas", source, by="maria", now=NOW)
    chore, ends = CampaignLoads(desk.store), CampaignEnds(desk.store)
    turns = 0
    while chore.turn(NOW + 9):
        ends.turn(NOW)
        turns += 1
    assert turns == 3
    done = loads(desk)[0]
    assert (done.id, done.added, done.ended_at) == (row.id, 7, NOW + 9)
    state = lambda: desk.store.read(lambda session: session.get_one(Campaign, desk.campaign).state)  # noqa: E731
    assert state() == "running"
    for _ in range(7):
        desk.talked(desk.taken())
    ends.turn(NOW + 200)
    assert state() == "finished"
    desk.store.write(loading.begin, 1, "gas", source, by="maria", now=NOW)
    desk.store.write(segments.remove, 1, source.id, by="maria", now=NOW)
    assert chore.turn(NOW)
    assert not chore.turn(NOW)
    assert "source_gone" in loads(desk)[0].error


def test_the_preview_counts_who_may_be_called_now_later_and_never_and_writes_nothing(
    desk: CampaignDesk,
) -> None:
    people = [desk.customer(f"+5697188{n:04}") for n in range(10)]
    desk.customer()
    owns_boiler(desk, people[0])
    says_no(desk, people[1])
    desk.store.write(do_not_call.add, 1, "+56971880002", source="call", by="ann", now=NOW)
    desk.store.write(keep_phone, 1, people[2], HOME, origin=ORIGIN, now=NOW)
    source = everybody(desk)

    def look(now: float, **how: Any) -> Preview:
        return desk.store.read(preview, 1, source, Purpose.SALES, product="boiler", now=now, **how)

    by_day, by_night = look(NOW), look(at(14, 23))
    counted = {one.rule: (one.looked_at, one.waits) for one in by_day.refused}
    assert counted == {"owned": (1, False), "consent_revoked": (1, False), "no_number": (1, False)}
    assert (by_day.customers, by_day.looked_at) == (11, 11)
    assert (by_day.now.value, by_day.later.value, by_day.never.value) == (8, 0, 3)
    assert (by_day.now.low, by_day.now.high) == (8, 8)
    assert {one.rule: one.looked_at for one in by_night.refused} == {
        "hours": 8,
        "owned": 1,
        "consent_revoked": 1,
        "no_number": 1,
    }
    assert (by_night.now.value, by_night.later.value) == (0, 8)
    some = look(NOW, sample=5)
    assert some.looked_at == 5
    assert some.now.low < some.now.value <= some.now.high <= 11
    assert look(NOW, sample=5) == some
    assert leads(desk) == []


def test_leads_that_nobody_spoke_with_are_called_again_and_those_who_said_no_are_not(
    desk: CampaignDesk,
) -> None:
    kinds = ("no_answer", "busy", "machine", "connected", "rejected", "opted_out", "revoked", "cancelled")
    mobiles = {kind: f"+5697188{n:04}" for n, kind in enumerate(kinds)}
    made = {kind: desk.lead(number) for kind, number in mobiles.items()}
    for kind in kinds:
        lead = desk.taken()
        if kind == "connected":
            desk.talked(lead)
        elif kind == "machine":
            desk.reached(lead, answered_by="machine")
            desk.ended(lead, kind)
        else:
            result = kind if kind in ("busy", "rejected", "no_answer") else "no_answer"
            desk.failed(lead, result)
    desk.store.write(do_not_call.add, 1, mobiles["opted_out"], source="key 9", by="ivr", now=NOW)
    says_no(desk, desk.row(made["revoked"]).customer_id, NOW + 50)
    with pytest.raises(Refusal, match="connected cannot"):
        desk.store.write(recycling.recycle, 1, "gas", ["connected"], by="maria", now=NOW)
    with pytest.raises(Refusal, match="no result"):
        desk.store.write(recycling.recycle, 1, "gas", [], by="maria", now=NOW)
    again = desk.store.write(
        recycling.recycle, 1, "gas", ["no_answer", "busy", "machine"], by="maria", now=NOW + HOUR
    )
    assert again == 5  # cancelled was only called so
    states = {kind: desk.row(id_).state for kind, id_ in made.items()}
    assert states["connected"] == "done"
    assert states["opted_out"] == "no_answer"
    assert {states[kind] for kind in ("no_answer", "busy", "machine", "revoked")} == {"planned"}
    row = desk.row(made["busy"])
    assert (row.attempts, row.next_at, row.ended_at) == (0, NOW + HOUR, None)
    lead = desk.taken(NOW + HOUR)
    assert (lead.ordinal, desk.attempt(lead).ordinal) == (1, 2)
    [note] = desk.store.read(newest, 1, subject="campaign gas")
    assert (note.action, note.by, note.after["leads"]) == ("recycle", "maria", 5)


def has_answered(contact: ContactId, dial_id: int, at: float) -> e.ContactArrived:
    return e.ContactArrived(
        at=at,
        contact=contact,
        account_id=1,
        leg=LegId("l"),
        did="",
        pii_number=MOBILE,
        language="es",
        flow="",
        flow_version="",
        dial_id=dial_id,
    )


def call(desk: CampaignDesk, dial_id: int, call_back_at: float, *, ended_first: bool) -> Dial:
    """He was called, spoke with ann, and is to be called back; her word comes before or after the call's end."""
    lead = desk.taken(agent="ann")
    contact = ContactId(f"contact-{lead.attempt}")
    desk.reached(lead)
    arrived = has_answered(contact, dial_id, NOW + 5)
    disposed = e.Disposed(
        at=NOW + 70,
        contact=contact,
        agent=AgentKey("ann"),
        segment=1,
        code="later",
        call_back_at=call_back_at,
    )
    joined = e.ContactConnected(
        at=NOW + 6,
        contact=contact,
        agent=AgentKey("ann"),
        queue=QueueKey("calls-out"),
        segment=1,
        leg=LegId("l"),
    )
    named = {"account_id": 1, "dial_id": dial_id, "attempt": lead.attempt}
    ended = e.LeadEnded(at=NOW + 60, result="connected", decided_by="customer", **named)
    batches: list[list[Any]] = [[arrived, joined], [ended], [disposed]]
    if not ended_first:
        batches = [[arrived, joined], [disposed, ended]]
    for n, batch in enumerate(batches):
        desk.store.write(apply_batch, [(EventId(1, dial_id * 10 + n, k), one) for k, one in enumerate(batch)])
    return desk.row(dial_id)


@pytest.mark.parametrize("ended_first", [True, False])
def test_who_asks_to_be_called_later_is_called_then_by_whom_he_spoke_with(
    desk: CampaignDesk, ended_first: bool
) -> None:
    dial_id, when = desk.lead(attempts=2), NOW + 3 * HOUR
    row = call(desk, dial_id, when, ended_first=ended_first)
    assert (row.state, row.next_at, row.agent, row.attempts) == ("planned", when, "ann", 0)
    by_hand = desk.store.read(lambda session: session.scalars(select(Interaction.to_call_back)).all())
    assert by_hand == [False]
    assert desk.claim(when) is None
    assert desk.claim(when, agent="bob") is None
    lead = desk.taken(when, agent="ann")
    assert (lead.dial_id, lead.ordinal) == (dial_id, 1)
    row = desk.talked(lead, now=when)
    assert row.state == "done"


def test_a_promise_can_be_given_to_anyone_and_wakes_a_finished_campaign(desk: CampaignDesk) -> None:
    dial_id = desk.lead()
    desk.talked(desk.taken())
    desk.change(state="finished")
    promise = lambda when, dial_id=dial_id: desk.store.write(  # noqa: E731
        call_backs.promise, 1, dial_id, at=when, agent=None, by="ann", now=NOW
    )
    with pytest.raises(Refusal, match="still to come"):
        promise(NOW)
    assert promise(NOW + HOUR).agent is None
    assert desk.taken(NOW + HOUR).dial_id == dial_id
    desk.change(ends_at=NOW + 2 * HOUR)
    with pytest.raises(Refusal, match="campaign"):
        promise(NOW + 2 * HOUR)
    with pytest.raises(NotFound):
        promise(NOW + HOUR, 999)


def test_of_a_stopped_campaign_the_contact_is_called_back_by_hand(desk: CampaignDesk) -> None:
    dial_id = desk.lead()
    lead = desk.taken()
    desk.change(state="stopped")
    desk.reached(lead)
    named: dict[str, Any] = {"contact": ContactId("x"), "at": NOW + 60}
    arrived = has_answered(named["contact"], dial_id, NOW + 5)
    disposed = e.Disposed(agent=AgentKey("ann"), segment=1, code="l", call_back_at=NOW + HOUR, **named)
    desk.store.write(apply_batch, [(EventId(1, 1, 1), arrived), (EventId(1, 1, 2), disposed)])
    assert desk.store.read(lambda session: session.get_one(Interaction, "x").to_call_back)
