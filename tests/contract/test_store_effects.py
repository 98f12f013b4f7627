"""What dispositions bring about, on both databases: once for each contact, all of it or nothing."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Barrier, BrokenBarrierError
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm_core import activities, dials, holdings, payment_promises
from crm_core.activities import Activity
from crm_core.campaigns import effect_work, effects, outcomes, promise_reminders
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.effect_work import Ended
from crm_core.campaigns.effects import DispositionEffect
from crm_core.contact_points import Phone, points_of
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial
from crm_core.invoices import Invoice
from crm_core.payments import Payment
from crm_core.permission import consents, do_not_call
from crm_core.phone_numbers import E164
from crm_core.products import define_product, owns
from crm_core.provenance import Origin, Source
from crm_core.queues import add_queue
from crm_core.users import add_user
from crm_core.value.costs import Charge, post
from crm_core.value.settings import settings
from ctiserver.app.needless_reminders import NeedlessReminders
from ctiserver.core.errors import ConfigError, Refusal
from ctiserver.core.permit import Purpose

SANTIAGO = ZoneInfo("America/Santiago")
FIRST, SECOND = E164("+56971884213"), E164("+56222334455")
BILLING = Origin(source=Source.SYSTEM, by="billing")


def at(day: int, hour: int = 0, minute: int = 0) -> float:
    """In September 2026."""
    return datetime(2026, 9, day, hour, minute, tzinfo=SANTIAGO).timestamp()


NOW = at(14, 11)
PROMISE = {"amount_minor": 5000, "day": "2026-09-16"}


class Desk:
    """What a test does, in few words."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.ana, self.campaign, self.lead = store.write(self._furnish)

    def _furnish(self, session: Any) -> tuple[int, int, int]:
        for login in ("ann", "bob"):
            add_user(session, login=login, name=login, password="a-good-password", roles={"agent"})
        ana = add_customer(session, 1, name="Ana", surname="Soto", phones=[FIRST, SECOND], now=1.0).id
        define_product(session, 1, "heater", now=1.0, name="Heater", price_minor=90_000, currency="CLP")
        queue = add_queue(session, 1, "sales", "Sales", skills={})
        made = Campaign(
            account_id=1, key="late", name="Late", purpose=Purpose.COLLECTIONS, mode="preview", queue_id=queue.id,
            state="running", state_at=1.0, state_by="x", made_at=1.0, made_by="x",
        )  # fmt: skip
        session.add(made)
        session.flush()
        lead = dials.schedule(
            session, 1, ana, number=FIRST, purpose=Purpose.COLLECTIONS, about=("campaign", "1"), not_before=1.0,
            not_after=at(30), by="x", now=1.0, flow="x",
        )  # fmt: skip
        lead.campaign_id, lead.numbers, lead.state, lead.ended_at = made.id, [FIRST, SECOND], "done", NOW
        session.flush()
        return ana, made.id, lead.id

    def end(
        self,
        effect: str,
        contact: str = "c1",
        flow: str | None = "remind",
        **given: Any,
    ) -> dict[str, Any]:
        ended = Ended(contact=contact, customer_id=self.ana, number=FIRST, dial_id=self.lead)
        more = {"code": effect, "effect": effect, "flow": flow, "given": given, "by": "ann", "now": self.now}
        made = self.store.write(lambda session: dict(effects.bring_about(session, 1, ended, **more).made))
        return made

    def refused(self, effect: str, contact: str = "c1", **given: Any) -> list[tuple[str, str]]:
        with pytest.raises(ConfigError) as raised:
            self.end(effect, contact, **given)
        return [(one.path, one.error_id) for one in raised.value.mistakes]

    def pay(self, key: str, amount_minor: int, on: float) -> None:
        fields = {"amount_minor": amount_minor, "dated_at": on, "status": "received"}
        self.store.write(holdings.keep, Payment, 1, self.ana, key, origin=BILLING, now=on, **fields)

    def row(self, kind: Any, number: int) -> Any:
        return self.store.read(lambda session: session.get_one(kind, number))


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_a_promise_is_written_down_once_with_a_reminder_on_the_day_before(desk: Desk) -> None:
    made = desk.end("promise_to_pay", **PROMISE)
    assert desk.end("promise_to_pay", **PROMISE) == made
    [promise] = desk.store.read(payment_promises.promises, 1, desk.ana, now=NOW)
    assert (promise.payment.id, promise.payment.amount_minor, promise.payment.dated_at) == (
        made["promise"], 5000, at(17) - 1
    )  # fmt: skip
    assert (promise.payment.by, promise.payment.contact_id) == ("ann", "c1")
    reminder = desk.row(Dial, made["reminder"])
    assert (reminder.not_before, reminder.not_after) == (at(15, 10), at(15, 20))
    assert (reminder.flow, reminder.values, reminder.number) == ("remind", {"day": "2026-09-16"}, FIRST)
    with pytest.raises(Refusal) as refused:
        desk.end("promise_to_pay", **PROMISE | {"amount_minor": 6000})
    assert refused.value.error_id == "effect_done"
    kept = desk.row(DispositionEffect, "c1")  # type: ignore[arg-type]
    assert (kept.campaign_id, kept.agent, kept.customer_id) == (desk.campaign, "ann", desk.ana)


def test_a_promise_for_tomorrow_is_reminded_of_in_its_morning_and_one_for_today_not_at_all(
    desk: Desk,
) -> None:
    made = desk.end("promise_to_pay", **PROMISE | {"day": "2026-09-15"})
    assert desk.row(Dial, made["reminder"]).not_before == at(15, 9)
    assert "reminder" not in desk.end("promise_to_pay", "c2", **PROMISE | {"day": "2026-09-14"})
    assert "reminder" not in desk.end("promise_to_pay", "c3", flow=None, **PROMISE)


@pytest.mark.parametrize("way", ["paid", "withdrawn", "less"])
def test_a_reminder_is_called_off_when_the_promise_is_kept_or_taken_back(desk: Desk, way: str) -> None:
    made = desk.end("promise_to_pay", **PROMISE)
    assert desk.store.read(promise_reminders.needless, NOW) == []
    if way == "withdrawn":
        desk.store.write(
            payment_promises.withdraw, 1, desk.ana, made["promise"], origin=BILLING, now=NOW + 60
        )
    else:
        desk.pay("P-1", 5000 if way == "paid" else 1000, NOW + 60)
    NeedlessReminders(desk.store).turn(NOW + 90)
    reminder = desk.row(Dial, made["reminder"])
    expected = {
        "paid": ("cancelled", "kept"),
        "withdrawn": ("cancelled", "withdrawn"),
        "less": ("planned", None),
    }
    assert (reminder.state, reminder.cancelled_because) == expected[way]


def test_a_sale_is_an_order_and_the_product_is_his_from_then_on(desk: Desk) -> None:
    assert desk.refused("sale", quantity=0) == [("product", "no_product"), ("quantity", "no_quantity")]
    made = desk.end("sale", product="heater", quantity=2)
    assert desk.end("sale", product="heater", quantity=2) == made
    assert made["number"] == f"P-{made['order']:06d}"
    assert desk.store.read(owns, 1, desk.ana, "heater", at=NOW)
    with pytest.raises(Refusal):
        desk.end("sale", "c2", product="gold")


def test_an_appointment_is_in_the_seller_s_calendar_and_nobody_is_in_two_places_at_once(desk: Desk) -> None:
    visit = {"at": "2026-09-16T10:30", "minutes": 60, "place": "Av. Matta 10", "seller": "bob"}
    made = desk.end("appointment", **visit)
    found = desk.row(Activity, made["activity"])
    assert (found.owner, found.due_at, found.ends_at) == ("bob", at(16, 10, 30), at(16, 11, 30))
    assert (found.place, found.customer_id, found.kind) == ("Av. Matta 10", desk.ana, "appointment")
    assert desk.refused("appointment", "c2", **visit | {"at": "2026-09-16T11:15"}) == [("at", "seller_busy")]
    assert desk.refused("appointment", "c2", **visit | {"at": "2026-09-13T11:15"}) == [("at", "moment_over")]
    assert len(desk.refused("appointment", "c2", minutes=0)) == 4
    desk.end("appointment", "c2", **visit | {"at": "2026-09-16T11:30"})
    desk.end("appointment", "c3", **visit | {"seller": "ann"})
    desk.store.write(activities.finish, 1, made["activity"], now=NOW, cancelled=True)
    desk.end("appointment", "c4", **visit)


def test_the_number_of_a_wrong_person_ends_and_the_lead_is_called_at_its_next_one(desk: Desk) -> None:
    made = desk.end("wrong_person")
    assert (made["ended"], made["next_number"]) == (FIRST, SECOND)
    points = desk.store.read(points_of, Phone, 1, desk.ana)
    assert {one.e164: one.valid_until for one in points} == {FIRST: NOW, SECOND: None}
    lead = desk.row(Dial, desk.lead)
    assert (lead.state, lead.number) == ("planned", SECOND)
    assert lead.next_at == NOW + effect_work.NEXT_NUMBER_SECONDS
    assert "next_number" not in desk.end("wrong_person", "c2")


def test_what_is_new_of_him_is_kept_with_its_source(desk: Desk) -> None:
    assert desk.refused("list_update") == [("phone", "nothing_new")]
    assert desk.refused("list_update", phone="12") == [("phone", "wrong_phone")]
    made = desk.end("list_update", phone="9 6123 4567", email="Ana@Example.cl", street="Av. Matta 10")
    assert (made["phone"], made["email"]) == ("+56961234567", "ana@example.cl")
    first = desk.store.read(points_of, Phone, 1, desk.ana)[0]
    assert (first.e164, first.source, first.by, first.contact_id) == ("+56961234567", "customer", "ann", "c1")


def test_who_wants_no_more_calls_is_on_the_list_with_the_contact_as_proof(desk: Desk) -> None:
    made = desk.end("do_not_call")
    [row] = desk.store.read(do_not_call.of_address, 1, FIRST)
    assert (row.id, row.source, row.by) == (made["do_not_call"], "contact c1", "ann")
    said = desk.row(consents.Consent, made["consent"])
    assert (said.given, said.channel, said.purpose, said.proof) == (False, "phone", "any", "c1")


def test_without_a_customer_or_with_a_wrong_form_nothing_happens(desk: Desk) -> None:
    assert desk.refused("promise_to_pay", day="soon") == [("amount", "wrong_amount"), ("day", "no_day")]
    assert desk.refused("promise_to_pay", amount_minor="much")[0][0] == "amount_minor"
    nobody = Ended(contact="c9", customer_id=None)
    more: dict[str, Any] = {"code": "x", "effect": "do_not_call", "flow": None, "given": {}, "by": "ann"}
    with pytest.raises(Refusal, match="who the customer is"):
        desk.store.write(effects.bring_about, 1, nobody, now=NOW, **more)
    assert desk.store.read(lambda session: session.scalars(select(DispositionEffect)).all()) == []


def test_the_kept_promise_rate_counts_what_is_due_and_money_keeps_one_promise_only(desk: Desk) -> None:
    for contact, day in (("c1", 15), ("c2", 16), ("c3", 17), ("c4", 30)):
        desk.end("promise_to_pay", contact, amount_minor=1000, day=f"2026-09-{day}")
    desk.pay("P-1", 1500, at(15, 12))
    desk.pay("P-2", 500, at(16, 12))
    found = desk.store.read(outcomes.kept_promises, 1, desk.campaign, now=at(20))
    assert (found.given, found.due, found.kept) == (4, 3, 2)
    assert found.rate == pytest.approx(2 / 3)
    assert (found.low, found.high) == (pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4))
    assert set(desk.store.read(outcomes.kept_by_agent, 1, desk.campaign, now=at(20))) == {"ann"}
    none = desk.store.read(outcomes.kept_promises, 1, desk.campaign + 1, now=at(20))
    assert (none.given, none.rate) == (0, None)
    assert desk.store.read(outcomes.kept_promises, 2, desk.campaign, now=at(20)).given == 0


def test_a_recovered_peso_costs_what_the_campaign_s_contacts_cost_by_what_came_in(desk: Desk) -> None:
    desk.end("promise_to_pay", amount_minor=4000, day="2026-09-15")

    def furnish(session: Any) -> int:
        attempt = DialAttempt(
            id="a1", account_id=1, dial_id=desk.lead, ordinal=1, claim="x", owner="x", permit_id=1,
            campaign_id=desk.campaign, contact="c1", claimed_at=NOW,
        )  # fmt: skip
        session.add(attempt)
        kind = next(iter(settings(session, 1).unit_costs))
        mine = post(
            session, 1, Charge(kind=kind, source="contact c1", quantity=60, at=NOW, customer_id=desk.ana)
        )
        post(session, 1, Charge(kind=kind, source="contact c2", quantity=60, at=NOW))
        return mine.amount_minor

    cost = desk.store.write(furnish)
    before = desk.store.read(outcomes.cost_of_recovery, 1, desk.campaign, now=at(20))
    assert (before.cost_minor, before.recovered_minor, before.per_unit) == (cost, 0, None)
    desk.pay("P-1", 3000, at(15, 12))
    after = desk.store.read(outcomes.cost_of_recovery, 1, desk.campaign, now=at(20))
    assert after.recovered_minor == 3000
    assert after.per_unit == pytest.approx(cost / 3000)


def test_an_invoice_may_be_named_by_a_promise(desk: Desk) -> None:
    bill = desk.store.write(
        lambda session: (
            holdings.keep(
                session, Invoice, 1, desk.ana, "B-1", origin=BILLING, now=NOW, amount_minor=9000, due_at=NOW
            ).id
        )
    )
    made = desk.end("promise_to_pay", **PROMISE, invoice_id=bill)
    assert desk.row(Payment, made["promise"]).invoice_id == bill


def test_two_agents_at_once_never_book_one_hour_twice_nor_one_contact_s_promise(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    met, looked = Barrier(2), effect_work._need_free

    def look(*what: Any) -> None:
        """Nobody goes on before the other one has looked too, unless that one has to wait for him."""
        looked(*what)
        with suppress(BrokenBarrierError):
            met.wait(1)

    monkeypatch.setattr(effect_work, "_need_free", look)
    visit = {"at": "2026-09-16T10:30", "minutes": 60, "place": "Av. Matta 10", "seller": "bob"}
    ready = Barrier(2)

    eva = desk.store.write(lambda session: add_customer(session, 1, name="Eva", phones=[], now=1.0).id)

    def book(whose: int) -> str:
        ended = Ended(contact=f"c {whose}", customer_id=whose)
        more: dict[str, Any] = {"code": "x", "effect": "appointment", "flow": None, "given": visit}
        ready.wait(30)
        try:
            desk.store.write(
                lambda session: effects.bring_about(session, 1, ended, by="ann", now=NOW, **more).at
            )
        except ConfigError as error:
            return error.mistakes[0].error_id
        return "booked"

    def promise(_: int) -> int:
        ready.wait(30)
        return int(desk.end("promise_to_pay", "c9", **PROMISE)["promise"])

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(book, (desk.ana, eva))) == ["booked", "seller_busy"]
        assert len(set(both.map(promise, range(2)))) == 1
    assert len(desk.store.read(payment_promises.promises, 1, desk.ana, now=NOW)) == 1
