"""Work orders on both databases: made, assigned, closed once, reopened by the customer's word; parts by a ledger."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import activities, dials, outbox
from crm_core.accounts import Account
from crm_core.case_list import CaseFilter, work_list
from crm_core.case_work import open_case
from crm_core.case_work import take_step as take_case_step
from crm_core.cases import case
from crm_core.contact_points import keep_address
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.merges import merge
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from crm_core.timeline import timeline
from crm_core.users import add_user
from crm_core.warranties import Warranty
from crm_core.webhooks import add_webhook
from crm_core.work_orders import (
    closing_truth,
    order_list,
    order_report,
    order_work,
    parts,
    stock,
    stock_ledger,
    technicians,
    visit_survey,
)
from crm_core.work_orders.closing import Closed, close
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.order_history import history
from crm_core.work_orders.order_list import OrderFilter
from crm_core.work_orders.stock import Used
from crm_core.work_orders.technician_calls import RESUMED_SECONDS, begin_or_resume
from crm_core.work_orders.work_orders import Author, WorkOrder, closings_of, work_order
from ctiserver.core.errors import ConfigError, NotFound, Refusal, StaleVersion

OTHER = 2
HOUR, DAY = 3600.0, 86400.0
NOW = 1_800_000_000.0
ROSA = 1


def company(session: Session) -> None:
    session.add(Account(id=OTHER, name="Other", country="CL", language="es", time_zone="America/Santiago"))
    session.flush()
    people = {"dan": {"dispatcher"}, "sue": {"supervisor"}, "ana": {"technician"}, "beto": {"technician"}}
    for login, roles in people.items():
        add_user(session, login=login, name=login.title(), password="correct horse", roles=roles)
    add_user(
        session, login="eva", name="Eva", password="correct horse", roles={"technician"}, account_id=OTHER
    )
    technicians.put_technician(session, 1, "ana", code="11", phone="+56 9 8765 4321", areas=["Ñuñoa", " "])
    technicians.put_technician(session, 1, "beto", code="12")
    technicians.put_technician(session, OTHER, "eva", code="11")
    number = E164("+56922220001")
    rosa = add_customer(session, 1, name="Rosa", value_class="A", phones=[number], now=0.0)
    assert rosa.id == ROSA
    keep_address(
        session, 1, ROSA, street="Los Leones 1234", city="Providencia", origin=UNKNOWN_ORIGIN, now=0.0
    )
    parts.put_part(session, 1, "valve", name="Válvula", code="1")
    parts.put_part(session, 1, "hose", name="Flexible", code="2")


@pytest.fixture
def office(store: Store) -> Store:
    store.write(company)
    return store


def dispatcher(now: float = NOW, account_id: int = 1) -> Author:
    return Author(account_id=account_id, login="dan", at=now)


def field(login: str = "ana", now: float = NOW) -> Author:
    return Author(account_id=1, login=login, at=now, way=Way.PHONE, technician=True, contact_id="c-1")


def opened(office: Store, *, author: Author | None = None, **fields: Any) -> WorkOrder:
    wanted = {"kind": "repair", "subject": "Cocina no enciende", "customer_id": ROSA} | fields
    return office.write(order_work.open_order, author or dispatcher(), **wanted)


def closed(office: Store, number: int, code: str = "done", *, key: str = "call-1", **more: Any) -> Closed:
    author = more.pop("author", field())
    return office.write(close, author, number, code, key=key, **more)


def told(office: Store, number: int) -> list[str]:
    return [entry.what for entry in reversed(office.read(history, 1, number))]


def test_an_order_knows_where_how_urgent_and_under_which_warranty(office: Store) -> None:
    def cover(session: Session) -> int:
        new = Warranty(
            account_id=1,
            customer_id=ROSA,
            status="valid",
            dated_at=0.0,
            created_at=0.0,
            updated_at=0.0,
            ends_at=NOW + 1,
        )
        session.add(new)
        session.flush()
        return new.id

    warranty = office.write(cover)
    new = opened(office)
    assert (new.address, new.area) == ("Los Leones 1234", "Providencia")
    assert (new.priority, new.due_until_at, new.warranty_id) == ("high", NOW + DAY, warranty)
    assert (new.state, new.is_open, told(office, new.id)) == ("created", True, ["created"])
    leak = opened(office, kind="leak", customer_id=None, address="Metro Los Leones")
    assert (leak.priority, leak.due_until_at, leak.warranty_id) == ("urgent", NOW + 4 * HOUR, None)
    assert [line.kind for line in office.read(timeline, 1, ROSA).rows if line.kind == "work_order"]


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        ({"kind": "visit"}, "installation"),
        ({"subject": "  "}, "in a few words"),
        ({"priority": "now"}, "urgent"),
        ({"due_from_at": NOW + DAY, "due_until_at": NOW}, "later end"),
        ({"customer_id": 77}, "77"),
        ({"case_id": 77}, "77"),
        ({"warranty_id": 77}, "no warranty 77"),
        ({"technician_login": "dan"}, "no technician"),
        ({"technician_login": "eva"}, "no technician"),
    ],
)
def test_an_order_that_is_wrong_in_itself_is_not_made(
    office: Store, wrong: dict[str, Any], mended: str
) -> None:
    with pytest.raises((ConfigError, Refusal, NotFound), match=mended):
        opened(office, **wrong)
    assert office.read(order_list.list_orders, 1, OrderFilter(open=None), now=NOW).rows == []


def test_an_order_goes_from_hand_to_hand_to_the_end(office: Store) -> None:
    number = opened(office, technician_login="beto").id
    seen = office.read(work_order, 1, number).version
    mine = office.write(order_work.assign, dispatcher(), number, "ana", expected_version=seen)
    assert (mine.state, mine.technician) == ("assigned", "ana")
    with pytest.raises(StaleVersion):
        office.write(order_work.assign, dispatcher(), number, "beto", expected_version=seen)
    office.write(order_work.take_step, field(now=NOW + HOUR), number, "set_out")
    office.write(order_work.take_step, field(now=NOW + 2 * HOUR), number, "arrive")
    there = office.write(order_work.take_step, field(now=NOW + 3 * HOUR), number, "arrive")
    assert (there.state, there.set_out_at, there.arrived_at) == ("on_site", NOW + HOUR, NOW + 2 * HOUR)
    done = closed(office, number, author=field(now=NOW + 3 * HOUR), text=" Cambié la válvula ")
    assert (done.order.state, done.order.closing, done.closing.flags) == ("closed", "done", [])
    assert (done.closing.note, done.closing.survey) == ("Cambié la válvula", "visit-done")
    assert office.write(order_work.take_step, dispatcher(), number, "verify").state == "verified"
    last = office.read(history, 1, number)[1]
    assert (last.by, last.way, last.details["code"]) == ("ana", "phone", "done")
    assert told(office, number) == ["created", "assigned", "assigned", "step", "step", "step", "step"]
    with pytest.raises(Refusal, match="reopen it first"):
        office.write(order_work.assign, dispatcher(), number, "beto")


def test_a_closing_is_done_once_under_its_key(office: Store) -> None:
    number = opened(office, technician_login="ana").id
    first = closed(office, number, "needs_part", used=[Used("valve"), Used("valve", 2)])
    again = closed(office, number, "needs_part", used=[Used("valve", 3)])
    assert (first.again, again.again, again.closing.id) == (False, True, first.closing.id)
    assert len(office.read(closings_of, 1, number)) == 1
    assert office.read(stock.level, 1, "valve", "ana") == -3  # the ledger knew of none in his van
    assert office.read(stock.used_for, 1, number) == [Used("valve", 3)]
    followed = office.read(order_list.list_orders, 1, OrderFilter(parent_id=number), now=NOW).rows
    assert [(one.state, one.subject, one.technician) for one in followed] == [
        ("created", "Cocina no enciende", None)
    ]
    with pytest.raises(Refusal, match="closed by Ana as needs_part"):
        closed(office, number, key="call-2", author=field("beto"))


def test_two_who_close_one_order_at_the_same_moment_close_it_once(office: Store) -> None:
    number = opened(office, technician_login="ana").id

    def attempt(login: str) -> str:
        try:
            return closed(office, number, key=login, author=field(login)).closing.by
        except Refusal as refusal:
            return refusal.error_id

    with ThreadPoolExecutor(2) as both:
        results = sorted(both.map(attempt, ("ana", "beto")))
    assert results in (["ana", "order_closed"], ["beto", "order_closed"])
    assert len(office.read(closings_of, 1, number)) == 1


def test_what_is_late_nobodys_or_a_colleagues_is_closed_and_flagged(office: Store) -> None:
    nobodys, colleagues = opened(office).id, opened(office, technician_login="beto").id
    taken = closed(office, nobodys, author=field(now=NOW + 30 * DAY))
    assert taken.closing.flags == ["late", "expired", "nobodys", "without_arrival"]
    assert taken.order.technician == "ana"
    assert closed(office, colleagues).closing.flags == ["someone_elses", "without_arrival"]
    by_office = opened(office).id
    assert closed(office, by_office, "cancelled", author=dispatcher()).closing.flags == []


def test_an_unsafe_closing_opens_an_urgent_case_and_alarms_whoever_can_act(office: Store) -> None:
    number = opened(office, technician_login="ana").id
    raised = closed(office, number, "unsafe", text="Olor a gas en el pasillo").emergency
    assert raised is not None
    assert (raised.priority, raised.fields["address"]) == ("urgent", "Los Leones 1234, Providencia")
    claimed = office.write(activities.claim_reminders, NOW)
    assert {(one.owner, one.case_id) for one in claimed} == {("dan", raised.id), ("sue", raised.id)}
    assert "emergency" in told(office, number)
    closed(office, number, "unsafe")
    assert len(office.read(work_list, 1, CaseFilter(), now=NOW).rows) == 1


def test_a_case_that_waited_for_the_visit_goes_on_when_it_is_done(office: Store) -> None:
    def scheduled(session: Session) -> int:
        fields = {"address": "Los Leones 1234", "visit_on": "2027-01-15"}
        number = open_case(session, 1, kind="service", subject="Cocina", by="dan", now=NOW, fields=fields).id
        for step in ("start", "schedule"):
            take_case_step(session, 1, number, step, by="dan", now=NOW)
        return number

    about = office.write(scheduled)
    closed(office, opened(office, case_id=about, technician_login="ana").id)
    assert office.read(case, 1, about).state == "in_progress"
    closed(office, opened(office, case_id=about, technician_login="ana").id)
    assert office.read(case, 1, about).state == "in_progress"


def test_the_customers_no_reopens_the_order_and_opens_a_case(office: Store) -> None:
    number = opened(office, technician_login="ana").id
    closed(office, number)
    answer = dispatcher(NOW + HOUR)
    new = office.write(
        closing_truth.take_answer, answer, number, 1, solved=False, grade=2, comment="Sigue apagada"
    )
    assert new is not None
    assert (new.priority, new.description, new.origin) == ("high", "Sigue apagada", f"work order {number}")
    again = office.read(work_order, 1, number)
    assert (again.state, again.is_open, again.technician, again.case_id) == ("reopened", True, "ana", new.id)
    assert office.write(closing_truth.take_answer, answer, number, 1, solved=False) is None  # once
    with pytest.raises(Refusal, match="before"):
        office.write(closing_truth.take_answer, answer, number, 1, solved=True)
    with pytest.raises(ConfigError, match="1 to 7"):
        office.write(closing_truth.take_answer, answer, number, 1, grade=8)
    with pytest.raises(NotFound):
        office.write(closing_truth.take_answer, answer, number, 2, solved=True)
    second = closed(office, number, key="call-2").closing
    assert (second.ordinal, second.asked_at) == (2, NOW + HOUR)
    assert office.write(closing_truth.take_answer, answer, number, 2, solved=True, grade=7) is None
    with pytest.raises(Refusal, match="nothing to reopen"):
        office.write(closing_truth.reopen, answer, opened(office).id)


def test_the_survey_after_a_visit_is_one_call_for_each_closing_and_none_when_it_is_reopened(
    office: Store,
) -> None:
    number = opened(office, technician_login="ana").id
    for _ in range(2):
        closed(office, number)

    def calls() -> list[tuple[str, str, str | None, float]]:
        rows = office.read(dials.newest, 1).rows
        return [(one.about_key, one.state, one.technician, one.not_before) for one in rows]

    assert calls() == [(f"{number}.1", "planned", "ana", NOW + HOUR)]
    office.write(closing_truth.reopen, dispatcher(NOW + HOUR / 2), number)
    assert calls() == [(f"{number}.1", "cancelled", "ana", NOW + HOUR)]
    closed(office, number, "customer_absent", key="call-2", author=field(now=NOW + DAY))
    assert calls()[0] == (f"{number}.2", "planned", "ana", NOW + DAY + HOUR)
    surveys = [one.survey for one in office.read(closings_of, 1, number)]
    assert surveys == ["visit-done", "visit-missed"]
    silent = [opened(office, technician_login="ana", customer_id=None).id, opened(office).id]
    closed(office, silent[0])
    closed(office, silent[1], "unsafe")
    assert len(calls()) == 2
    assert visit_survey.closing_of_key(calls()[0][0]) == (number, 2)
    assert visit_survey.closing_of_key("nonsense") is None


def test_a_technician_does_first_where_he_is_then_what_is_urgent(office: Store) -> None:
    later = opened(office, technician_login="ana", priority="low").id
    leak = opened(office, technician_login="ana", kind="leak").id
    here = opened(office, technician_login="ana").id
    office.write(order_work.take_step, field(), here, "arrive")
    opened(office, technician_login="beto")
    assert [one.id for one in office.read(order_list.orders_of, 1, "ana")] == [here, leak, later]
    closed(office, here)
    found = office.read(order_list.current_order, 1, "ana")
    assert found is not None
    assert found.id == leak
    assert office.read(order_list.current_order, 1, "nobody") is None


def test_the_board_is_filtered_counted_and_paged(office: Store) -> None:
    late = opened(office, due_until_at=NOW - 1, subject="Medidor 100%", address="Ñuble 5", area="Ñuñoa").id
    numbers = [late, *(opened(office, technician_login="ana").id for _ in range(4))]
    closed(office, opened(office, technician_login="beto").id, author=field("beto"))

    def shown(**wanted: Any) -> list[int]:
        rows = office.read(order_list.list_orders, 1, OrderFilter(**wanted), now=NOW).rows
        return [one.id for one in rows]

    assert shown() == numbers
    assert shown(late=True) == shown(technician="") == shown(area="Ñuñoa") == shown(text="100%") == [late]
    assert shown(text=f"#{late}") == shown(text="ñuble") == shown(text="MEDIDOR") == [late]
    assert len(shown(open=False, closed_from_at=NOW)) == 1
    counted = office.read(order_list.counts, 1, OrderFilter(open=None), now=NOW)
    assert (counted.by_state, counted.late) == ({"created": 1, "assigned": 4, "closed": 1}, 1)
    assert office.read(order_list.areas, 1) == ["Providencia", "Ñuñoa"]
    seen, cursor = [], None
    for _ in range(3):
        page = office.read(order_list.list_orders, 1, OrderFilter(), now=NOW, cursor=cursor, limit=2)
        seen += [one.id for one in page.rows]
        cursor = page.next
    assert (seen, cursor) == (numbers, None)


def test_stock_is_a_ledger_that_counts_and_hands_over(office: Store) -> None:
    who: dict[str, Any] = {"by": "dan", "now": NOW}
    for _ in range(2):  # told twice, booked once
        office.write(stock.move, 1, "valve", 10, place=stock.STORE, why="received", key="r-1", **who)
        office.write(stock.hand_over, 1, "valve", 4, source=stock.STORE, target="ana", key="h-1", **who)
    office.write(stock.count, 1, "valve", 5, place=stock.STORE, key="c-1", **who)
    assert office.write(stock.count, 1, "valve", 5, place=stock.STORE, key="c-2", **who) is None
    levels = [(one.place, one.part, one.quantity) for one in office.read(stock.levels, 1)]
    assert levels == [("ana", "valve", 4), ("store", "valve", 5)]

    def ledger(session: Session, **which: Any) -> list[int]:
        return [one.quantity for one in stock_ledger.movements(session, 1, **which).rows]

    assert office.read(ledger) == [-1, 4, -4, 10]
    assert office.read(ledger, place="ana", part_key="valve") == [4]
    page = office.read(stock_ledger.movements, 1, limit=3)
    assert office.read(ledger, cursor=page.next) == [10]
    for wrong in (0, -1):
        with pytest.raises(Refusal, match="above 0"):
            office.write(stock.hand_over, 1, "valve", wrong, source="ana", target="beto", key="h-2", **who)
    with pytest.raises(NotFound, match="'tap'"):
        office.write(stock.move, 1, "tap", 1, place=stock.STORE, why="received", key="r-2", **who)
    with pytest.raises(ConfigError, match="another part's"):
        office.write(parts.put_part, 1, "tap", name="Llave", code="1")


def test_a_technician_has_a_code_and_perhaps_a_number_of_his_own(office: Store) -> None:
    def of(account_id: int, code: str) -> str | None:
        return office.read(
            lambda session: (
                found.user.login if (found := technicians.by_code(session, account_id, code)) else None
            )
        )

    assert [of(1, "11"), of(OTHER, "11"), of(1, "99")] == ["ana", "eva", None]
    assert office.read(lambda s: technicians.by_number(s, 1, "+56987654321").user.login) == "ana"  # type: ignore[union-attr]
    assert [one.areas for one in office.read(technicians.technicians_of_account, 1)] == [["Ñuñoa"], []]
    assert list(office.read(technicians.without_code, 1)) == []
    with pytest.raises(ConfigError) as caught:
        office.write(technicians.put_technician, 1, "beto", code="11", phone="12")
    assert {one.path for one in caught.value.mistakes} == {"code", "phone"}
    with pytest.raises(Refusal, match="technician"):
        office.write(technicians.put_technician, 1, "dan", code="13")
    with pytest.raises(NotFound):
        office.write(technicians.put_technician, 1, "eva", code="13")


def test_a_call_that_was_cut_off_goes_on_for_ten_minutes(office: Store) -> None:
    def call(session: Session, contact: str, now: float, order_id: int | None = None) -> tuple[str, bool]:
        user_id = technicians.technician(session, 1, "ana").user_id
        row, resumed = begin_or_resume(session, 1, user_id, contact, now)
        row.order_id = order_id or row.order_id
        return row.key, resumed

    assert office.write(call, "c-1", NOW) == ("c-1", False)
    assert office.write(call, "c-2", NOW + 10) == ("c-2", False)  # he had chosen nothing yet
    assert office.write(call, "c-2", NOW + 20, 7) == ("c-2", False)
    assert office.write(call, "c-3", NOW + 20 + RESUMED_SECONDS) == ("c-2", True)
    assert office.write(call, "c-4", NOW + 21 + 2 * RESUMED_SECONDS) == ("c-4", False)


def test_the_report_counts_closings_and_sets_second_visits_beside_them(office: Store) -> None:
    for login, code, hours in (("ana", "done", 1), ("ana", "follow_up", 3), ("beto", "done", 2)):
        number = opened(office, technician_login=login, kind="inspection").id
        office.write(order_work.take_step, field(login, NOW + HOUR), number, "arrive")
        closed(office, number, code, author=field(login, NOW + HOUR + hours * HOUR))
    office.write(closing_truth.take_answer, dispatcher(NOW + DAY), number, 1, solved=True, grade=6)
    report = office.read(order_report.report, 1, NOW, NOW + DAY)
    assert report.by_technician is None  # two are too few to be set beside each other
    done = office.read(order_report.closings_in, 1, NOW, NOW + DAY)
    ana, beto = (
        order_report.figures(one for one in done if one.technician == who) for who in ("ana", "beto")
    )
    assert (ana.closed, ana.on_site_seconds) == (2, 2 * HOUR)
    assert (beto.grades, beto.grade_mean) == (1, 6.0)
    assert (beto.grade_low, beto.grade_high) == (1.0, 7.0)  # one grade alone says nothing of the mean
    assert (report.all.to_arrive_seconds, report.all.late) == (HOUR, 0)
    # Both that were done were followed by the order that came of Ana's follow-up, for the same customer and work.
    assert (report.all.repeated, [one.order_id for one in report.cases]) == (2, [number, 1])
    assert {row.key: row.figures.closed for row in report.by_closing} == {"done": 2, "follow_up": 1}
    own = office.read(order_report.own_figures, 1, "ana", NOW, NOW + DAY)
    assert (own.own.closed, own.group, own.technicians) == (2, None, 2)


def test_webhooks_hear_what_happens_to_orders(office: Store) -> None:
    kinds = ["work_order.opened", "work_order.closed", "work_order.unsafe"]
    office.write(add_webhook, 1, name="ERP", url="https://erp.example.com/x", kinds=kinds, by="dan", now=NOW)
    number = opened(office, technician_login="ana").id
    closed(office, number, "unsafe")
    closed(office, number, "unsafe")
    sent = office.read(
        lambda s: [row.body for row in s.scalars(select(outbox.OutboxItem).order_by(outbox.OutboxItem.id))]
    )
    assert sorted(body["type"] for body in sent) == sorted(kinds)
    assert {body["data"]["work_order"] for body in sent} == {number}
    assert next(body for body in sent if body["type"] == "work_order.closed")["data"]["flags"] == [
        "without_arrival"
    ]


def test_no_account_sees_or_touches_the_orders_of_another(office: Store) -> None:
    number = opened(office, technician_login="ana").id
    closed(office, number)
    stranger = dispatcher(account_id=OTHER)
    for change in (
        lambda s: work_order(s, OTHER, number),
        lambda s: order_work.assign(s, stranger, number, "eva"),
        lambda s: order_work.take_step(s, stranger, number, "verify"),
        lambda s: order_work.write_note(s, stranger, number, "?"),
        lambda s: close(s, stranger, number, "done", key="call-1"),
        lambda s: closing_truth.reopen(s, stranger, number),
        lambda s: closing_truth.take_answer(s, stranger, number, 1, solved=False),
        lambda s: stock.move(s, OTHER, "valve", 1, place="store", why="received", key="x", by="eva", now=NOW),
    ):
        with pytest.raises(NotFound):
            office.write(change)
    assert office.read(history, OTHER, number) == office.read(closings_of, OTHER, number) == []
    assert office.read(order_list.counts, OTHER, OrderFilter(open=None), now=NOW).by_state == {}
    assert office.read(order_report.report, OTHER, 0.0, NOW + DAY).all.closed == 0


def test_orders_go_with_their_customer_when_two_records_become_one(office: Store) -> None:
    number = opened(office).id
    other = office.write(lambda s: add_customer(s, 1, name="Rosa M.", now=0.0).id)
    office.write(merge, 1, other, ROSA, by="sue", now=NOW)
    assert office.read(work_order, 1, number).customer_id == other
