"""Visits on both databases: half days that are really free, booked once, moved, cancelled, confirmed; late orders."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import action_results, dials, outbox
from crm_core.contact_points import keep_address
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from crm_core.self_service import visits as by_phone
from crm_core.self_service.registry import Asked, Outcome, SelfService
from crm_core.users import add_user
from crm_core.webhooks import add_webhook
from crm_core.work_orders import (
    late_orders,
    order_work,
    technicians,
    visit_capacity,
    visit_confirmations,
    visits,
)
from crm_core.work_orders.order_flow import EXPIRED_AFTER_SECONDS
from crm_core.work_orders.order_history import history
from crm_core.work_orders.visit_capacity import Places
from crm_core.work_orders.visit_record import Visit, visits_of
from crm_core.work_orders.visit_slots import Half, Slot, slot_of_key
from crm_core.work_orders.work_orders import Author, WorkOrder
from ctiserver.core.errors import ConfigError, NotFound

ZONE = ZoneInfo("America/Santiago")
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=ZONE).timestamp()
DAY, HOUR = 86400.0, 3600.0
ROSA, LUIS, NOBODY = 1, 2, 3
FIRST, SECOND = "2026-11-24.morning", "2026-11-24.afternoon"


def company(session: Session) -> None:
    add_user(session, login="dan", name="Dan", password="correct horse", roles={"dispatcher"})
    add_user(session, login="ana", name="Ana", password="correct horse", roles={"technician"})
    technicians.put_technician(session, 1, "ana", code="11")
    for name, phones in (("Rosa", ["+56922220001"]), ("Luis", ["+56922220002"]), ("Nadie", [])):
        new = add_customer(session, 1, name=name, phones=[E164(one) for one in phones], now=0.0)
        keep_address(session, 1, new.id, street="Suecia 1", city="Ñuñoa", origin=UNKNOWN_ORIGIN, now=0.0)
    rows = [Places(weekday=day, half=half, places=1) for day in range(1, 6) for half in Half]
    visit_capacity.put_capacity(session, 1, rows, by="dan", now=NOW)


@pytest.fixture
def office(store: Store) -> Store:
    store.write(company)
    return store


class Call:
    """A customer's call: what the actions of its flow come to; `action` numbers them, as the engine does."""

    def __init__(
        self, office: Store, customer_id: int = ROSA, contact: str = "c-1", now: float = NOW
    ) -> None:
        self._office, self._customer, self._contact, self._now = office, customer_id, contact, now
        self.action = 0

    def does(self, what: SelfService, *, again: bool = False, **given: Any) -> Outcome:
        self.action += not again
        asked = Asked(
            account_id=1,
            contact=self._contact,
            action_id=f"{self._contact}-{self.action}",
            now=self._now,
            customer_id=self._customer,
        )
        arguments = {"customer_id": self._customer} | given
        if not what.writes:
            return self._office.read(what.do, asked, arguments)
        return self._office.write(
            action_results.once, asked, what.spec.name, lambda session: what.do(session, asked, arguments)
        )

    def books(self, slot: str, **given: Any) -> Outcome:
        return self.does(by_phone.book_visit, kind="repair", slot=slot, **given)


def orders(office: Store, customer_id: int = ROSA) -> list[WorkOrder]:
    query = select(WorkOrder).where(WorkOrder.customer_id == customer_id).order_by(WorkOrder.id)
    return office.read(lambda session: list(session.scalars(query)))


def dispatcher(now: float = NOW) -> Author:
    return Author(account_id=1, login="dan", at=now)


def planned(office: Store, slot: str, **fields: Any) -> WorkOrder:
    """An order of the office for a half day."""
    found = slot_of_key(slot)
    assert found is not None
    wanted = {"kind": "repair", "subject": "Cocina", "customer_id": LUIS} | fields
    window = {"due_from_at": found.begins_at(ZONE), "due_until_at": found.ends_at(ZONE)}
    return office.write(order_work.open_order, dispatcher(), **(wanted | window))  # type: ignore[arg-type]


def changed(office: Store, order: WorkOrder, **wanted: Any) -> WorkOrder:
    return office.write(
        lambda session: order_work.change(session, dispatcher(), order.id, expected_version=None, **wanted)
    )


def visit(office: Store, order_id: int) -> Visit:
    return office.read(visits_of, 1, [order_id])[order_id]


def told(office: Store) -> list[str]:
    rows = office.read(lambda session: list(session.scalars(select(outbox.OutboxItem))))
    return [row.body["type"] for row in rows]


# What is offered


def test_three_half_days_are_offered_that_nobody_has(office: Store) -> None:
    planned(office, FIRST)
    offered = Call(office).does(by_phone.visit_slots, kind="repair")
    assert offered.outcome == "free"
    assert [offered.values[f"slot{place}"] for place in (1, 2, 3)] == [
        SECOND,
        "2026-11-25.morning",
        "2026-11-25.afternoon",
    ]
    assert (offered.values["day1"], offered.values["half1"]) == ("2026-11-24", "afternoon")
    later = Call(office).does(by_phone.visit_slots, kind="repair", day="2026-12-05")
    assert later.values["slot1"] == "2026-12-07.morning"  # the fifth is a Saturday; the eighth a holiday
    assert later.values["slot3"] == "2026-12-09.morning"
    assert Call(office).does(by_phone.visit_slots, kind="repair", day="2027-03-01").outcome == "none"


def test_an_area_or_kind_with_places_of_its_own_has_these_alone(office: Store) -> None:
    def plan(*rows: Places) -> None:
        office.write(visit_capacity.put_capacity, 1, rows, by="dan", now=NOW)

    def free(area: str, kind: str) -> list[Slot]:
        return office.read(visit_capacity.free_slots, 1, area=area, kind=kind, now=NOW, at_most=2)

    def places(half: Half, **own: Any) -> Places:
        return Places(weekday=2, half=half, places=1, **own)

    plan(
        places(Half.MORNING),
        places(Half.AFTERNOON, area="Ñuñoa"),
        Places(weekday=3, half="morning", places=2, kind="leak"),
    )
    tuesday, week_after = date(2026, 11, 24), date(2026, 12, 1)
    assert free("NUNOA", "repair") == [Slot(tuesday, Half.AFTERNOON), Slot(week_after, Half.AFTERNOON)]
    assert free("Maipú", "repair") == [Slot(tuesday, Half.MORNING), Slot(week_after, Half.MORNING)]
    assert free("Maipú", "leak")[0] == Slot(date(2026, 11, 25), Half.MORNING)
    planned(office, SECOND, area="ñuñoa", address="Suecia 1")
    assert free("Ñuñoa", "repair")[0] == Slot(week_after, Half.AFTERNOON)
    assert free("Maipú", "repair")[0] == Slot(tuesday, Half.MORNING)  # an order of another pool takes nothing
    plan()
    assert free("Maipú", "repair") == []  # what nobody planned is promised to nobody


def test_every_mistake_of_the_places_is_told_at_once(office: Store) -> None:
    rows = [
        Places(weekday=8, half="night", places=-1, kind="visit"),
        Places(weekday=1, half="morning", places=1, area="Ñuñoa"),
        Places(weekday=1, half="morning", places=2, area="nunoa"),
    ]
    with pytest.raises(ConfigError) as wrong:
        office.write(visit_capacity.put_capacity, 1, rows, by="dan", now=NOW)
    ids = [one.error_id for one in wrong.value.mistakes]
    assert ids == ["wrong_weekday", "wrong_half", "wrong_kind", "wrong_places", "half_day_twice"]
    assert len(office.read(visit_capacity.capacity, 1)) == 10


# Booking


def test_a_visit_is_booked_once_whoever_dies_and_however_often_he_calls(office: Store) -> None:
    call = Call(office)
    assert call.does(by_phone.choose_slot, kind="repair", slot=FIRST).outcome == "free"
    first, again = call.books(FIRST), call.books(FIRST, again=True)
    assert (first.outcome, again) == ("booked", first)  # asked again after a crash
    assert Call(office, contact="c-2").books(SECOND).outcome == "had"  # his line had dropped, he calls again
    assert Call(office, contact="c-3").does(by_phone.visit_slots, kind="repair").outcome == "had"
    [order] = orders(office)
    assert (order.due_from_at, order.due_until_at) == (NOW + 21 * HOUR, NOW + 25 * HOUR)
    assert (order.kind, order.area, order.state) == ("repair", "Ñuñoa", "created")
    [created] = office.read(history, 1, order.id)
    assert (created.what, created.way, created.by) == ("created", "phone", "flow")
    assert visit(office, order.id).booked_in == "c-1"


def test_of_two_callers_who_take_the_last_place_at_once_one_is_offered_the_next(office: Store) -> None:
    def book(customer_id: int) -> Outcome:
        return Call(office, customer_id, contact=f"c-{customer_id}").books(FIRST)

    with ThreadPoolExecutor(2) as both:
        came = {
            customer_id: outcome
            for customer_id, outcome in zip((ROSA, LUIS), both.map(book, (ROSA, LUIS)), strict=True)
        }
    assert sorted(outcome.outcome for outcome in came.values()) == ["booked", "taken"]
    loser = next(customer_id for customer_id, outcome in came.items() if outcome.outcome == "taken")
    offered = Call(office, loser, contact="next").does(by_phone.visit_slots, kind="repair")
    assert offered.values["slot1"] == SECOND
    assert Call(office, loser, contact="next-2").books(SECOND).outcome == "booked"


def test_two_calls_of_one_customer_at_once_book_one_visit(office: Store) -> None:
    with ThreadPoolExecutor(2) as both:
        came = list(both.map(lambda slot: Call(office, contact=slot).books(slot).outcome, (FIRST, SECOND)))
    assert sorted(came) == ["booked", "had"]
    assert len(orders(office)) == 1


# What he may do with it


def test_a_visit_is_told_moved_and_cancelled(office: Store) -> None:
    order = Call(office).books(FIRST).values["order"]
    office.write(order_work.assign, dispatcher(), int(order), "ana")
    call = Call(office, contact="c-2")
    had = call.does(by_phone.my_visit)
    assert (had.outcome, had.values) == (
        "visit",
        {"order": order, "day": "2026-11-24", "half": "morning", "kind": "repair"},
    )
    offered = call.does(by_phone.move_slots, order=order)
    assert (offered.outcome, offered.values["slot1"], offered.values["moving"]) == ("free", SECOND, order)
    moved = call.books(SECOND, order=order)
    assert (moved.outcome, moved.values["half"]) == ("moved", "afternoon")
    [found] = orders(office)
    assert (found.technician, found.state) == (None, "created")  # whoever had it may be elsewhere then
    assert Call(office, LUIS, contact="c-3").books(FIRST).outcome == "booked"  # its place is free again
    assert call.does(by_phone.cancel_visit, order=order).outcome == "cancelled"
    assert Call(office, contact="c-4").does(by_phone.cancel_visit, order=order).outcome == "cancelled"
    [found] = orders(office)
    assert (found.closing, found.closings, visit(office, found.id).answer) == ("cancelled", 1, "cancelled")
    assert Call(office, contact="c-5").does(by_phone.my_visit).outcome == "none"


def test_a_move_to_a_half_day_that_was_taken_meanwhile_changes_nothing(office: Store) -> None:
    order = Call(office).books(FIRST).values["order"]
    planned(office, SECOND)
    assert Call(office, contact="c-2").books(SECOND, order=order).outcome == "taken"
    assert Call(office, contact="c-3").books(FIRST, order=order).outcome == "moved"  # the one that he has
    assert orders(office)[0].due_from_at == NOW + 21 * HOUR


def test_nobody_changes_a_visit_by_phone_once_somebody_is_on_the_way_nor_anybody_elses(office: Store) -> None:
    order = Call(office).books(FIRST).values["order"]
    with pytest.raises(NotFound):
        Call(office, LUIS, contact="c-2").does(by_phone.cancel_visit, order=order)
    assert Call(office, LUIS, contact="c-3").does(by_phone.my_visit, order=order).outcome == "none"
    office.write(order_work.assign, dispatcher(), int(order), "ana")
    office.write(order_work.take_step, dispatcher(), int(order), "set_out")
    call = Call(office, contact="c-4")
    assert call.does(by_phone.my_visit).outcome == "under_way"
    assert call.books(SECOND, order=order).outcome == "fixed"
    assert call.does(by_phone.cancel_visit, order=order).outcome == "fixed"
    assert call.does(by_phone.move_slots, order=order).outcome == "fixed"


def test_a_visit_whose_time_is_over_is_late_and_an_odd_window_says_no_hours(office: Store) -> None:
    odd = planned(office, FIRST, customer_id=ROSA)
    hours = {"due_from_at": NOW + 20 * HOUR, "due_until_at": NOW + 22 * HOUR}
    odd = changed(office, odd, **hours)
    assert Call(office).does(by_phone.my_visit).values["half"] == ""
    overdue = Call(office, contact="c-2", now=odd.due_until_at + 1)
    assert overdue.does(by_phone.my_visit).outcome == "late"
    assert overdue.does(by_phone.visit_slots, kind="repair").outcome == "late"


# The day before


def ask_all(office: Store, now: float) -> list[dials.Dial | None]:
    due = office.read(visit_confirmations.unasked, now)
    return [office.write(visit_confirmations.ask, account_id, order, now) for account_id, order in due]


def test_each_visit_of_tomorrow_is_asked_about_once_by_day(office: Store) -> None:
    order = planned(office, FIRST, customer_id=ROSA)
    planned(office, "2026-11-25.morning")
    assert ask_all(office, NOW - 4 * HOUR) == []  # eight in the morning
    [made] = ask_all(office, NOW)
    assert made is not None
    assert (made.number, made.flow, made.purpose) == ("+56922220001", "visit-confirmation", "appointment")
    assert made.values == {"order": str(order.id)}
    assert datetime.fromtimestamp(made.not_after, ZONE).hour == 20
    assert ask_all(office, NOW + HOUR) == []
    assert office.write(visit_confirmations.ask, 1, order.id, NOW) is None  # somebody was quicker
    assert visit(office, order.id).dial_id == made.id


def test_who_chose_the_half_day_within_the_last_day_is_not_called_and_who_has_no_number_cannot_be(
    office: Store,
) -> None:
    Call(office).books(FIRST)
    order = planned(office, SECOND, customer_id=NOBODY)
    assert ask_all(office, NOW) == [None]
    row = visit(office, order.id)
    assert (row.asked_from_at, row.dial_id) == (order.due_from_at, None)
    assert ask_all(office, NOW) == []


@pytest.mark.parametrize(
    ("answer", "kept", "state"),
    [
        ("confirmed", "confirmed", "planned"),
        ("move", "moved", "cancelled"),
        ("cancel", "cancelled", "cancelled"),
    ],
)
def test_what_he_says_of_it_is_kept_and_takes_the_call_back(
    office: Store, answer: str, kept: str, state: str
) -> None:
    order = planned(office, FIRST, customer_id=ROSA)
    [made] = ask_all(office, NOW)
    assert made is not None
    call, number = Call(office, contact="c-2", now=NOW + HOUR), str(order.id)
    match answer:
        case "confirmed":
            assert call.does(by_phone.answer_visit, answer="confirmed", order=number).outcome == "noted"
        case "move":
            assert call.books("2026-11-27.morning", order=number).outcome == "moved"
        case "cancel":
            call.does(by_phone.cancel_visit, order=number)
    row = visit(office, order.id)
    assert (row.answer, row.answered_in, row.answered_at) == (kept, "c-2", NOW + HOUR)
    assert office.read(dials.dial, 1, made.id).state == state
    if answer == "move":  # its new window is asked about on the day before that
        [again] = ask_all(office, NOW + 3 * DAY)
        assert again is not None
        assert again.id != made.id
        assert visit(office, order.id).answer is None


# Late


def test_an_order_is_told_of_once_when_it_is_late_and_once_when_it_expires(office: Store) -> None:
    office.write(
        add_webhook,
        1,
        name="erp",
        url="https://erp.example/",
        kinds=["work_order.late", "work_order.expired"],
        by="dan",
        now=NOW,
    )
    order = planned(office, FIRST)
    until = order.due_until_at

    def tell(now: float) -> list[str | None]:
        due = office.read(late_orders.untold, now)
        return [office.write(late_orders.tell_of, account_id, number, now) for account_id, number in due]

    assert tell(until) == []
    assert tell(until + 1) == ["late"]
    assert tell(until + 2) == []
    assert office.write(late_orders.tell_of, 1, order.id, until + 2) is None
    assert tell(until + EXPIRED_AFTER_SECONDS + 1) == ["expired"]
    assert tell(until + EXPIRED_AFTER_SECONDS + 2) == []
    assert told(office) == ["work_order.late", "work_order.expired"]
    assert [one.what for one in office.read(history, 1, order.id)][:2] == ["expired", "late"]
    moved = changed(office, order, due_until_at=until + 30 * DAY)
    assert (moved.late_at, moved.expired_at) == (None, None)
    assert tell(until + 31 * DAY) == ["late"]


def test_a_customer_hears_of_the_visit_that_is_next(office: Store) -> None:
    planned(office, "2026-11-27.morning", customer_id=ROSA)
    sooner = planned(office, SECOND, customer_id=ROSA)
    found = office.read(visits.next_visit, 1, ROSA, NOW)
    assert found is not None
    assert found.id == sooner.id
