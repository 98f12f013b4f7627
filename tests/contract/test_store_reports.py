"""Reports of calls from the events that the reader recorded, on both databases."""

from typing import Any

import pytest
from recorded_calls import Calls
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.accounts import Account
from crm_core.contact_points import keep_address
from crm_core.contact_reasons import ContactReason
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import Interaction
from crm_core.phone_numbers import E164
from crm_core.provenance import Origin
from crm_core.reader_positions import EventId
from crm_core.reports.ivr_report import ivr_report
from crm_core.reports.ivr_traffic import WayTraffic, flow_traffic
from crm_core.reports.needs_heard import contacts_about, needs_heard
from ctiserver.core import events as e
from ctiserver.core.ids import ContactId, LegId

DAY = 86400.0
MIDNIGHT = 1_780_027_200.0  # 2026-05-29 in Santiago
ANA, BETO, NOBODY = E164("+56971884213"), E164("+56971884214"), E164("+56971884215")
NOW = MIDNIGHT + 10 * DAY


@pytest.fixture
def calls(store: Store) -> Calls:
    written = Calls(store)
    store.write(_furnish, written)
    return written


def _furnish(session: Session, calls: Calls) -> None:
    session.add(Account(id=2, name="Other", country="CL", language="es", time_zone="America/Santiago"))
    for number, name, city in ((ANA, "Ana", "Maipú"), (BETO, "Beto", "")):
        customer = add_customer(session, 1, now=1.0, phones=[number], name=name)
        session.flush()
        calls.customers[number] = customer.id
        if city:
            origin = Origin()
            keep_address(session, 1, customer.id, street="Los Olmos 1", city="Ñuñoa", origin=origin, now=1.0)
            kept = keep_address(
                session, 1, customer.id, street="Los Pinos 2", city=city, origin=origin, now=2.0
            )
            kept.preferred = True
    session.add(
        ContactReason(
            account_id=1, key="bill", label_es="Boleta", label_en="Bill", guessed_by=["topic=invoices"]
        )
    )


BALANCE = (("hello", "say"), ("main", "menu"), ("look", "action"), ("balance", "say"))
MENU = (("hello", "say"), ("main", "menu"))


def test_the_ivr_report_counts_ends_nodes_and_days_of_the_calls_that_came_in(calls: Calls) -> None:
    calls.call("c-1", MIDNIGHT - 100, ANA, BALANCE)  # the day before, and solved
    calls.call("c-2", MIDNIGHT + 100, BETO, BALANCE)  # served, but he comes back
    calls.call("c-3", MIDNIGHT + 5000, BETO, MENU, queue="sales")
    calls.call("c-4", MIDNIGHT + 6000, NOBODY, MENU)  # gives up in the menu
    calls.call("c-5", MIDNIGHT + 7000, NOBODY, MENU, flow="night", by="switch")
    calls.call("c-6", MIDNIGHT + 8000, ANA, MENU, dial_id=7)  # we called her
    calls.call("c-7", MIDNIGHT + 9000, ANA, MENU, account_id=2)  # another company's
    report = calls.store.read(ivr_report, 1, MIDNIGHT - DAY, MIDNIGHT + DAY, now=NOW)
    ends = report.figures.ends
    assert (ends.entered, ends.agent, ends.served, ends.dropped, ends.cut) == (5, 1, 2, 1, 1)
    assert (ends.judged, ends.returned, ends.containment) == (2, 1, 1 / 5)
    assert [(day.isoformat(), one.entered) for day, one in report.days] == [
        ("2026-05-28", 1),
        ("2026-05-29", 4),
    ]
    assert report.flows == ["main", "night"]
    main = next(node for node in report.figures.nodes if node.node == "main")
    assert (main.label, main.callers, main.dropped, main.median_seconds) == ({"es": "Main"}, 5, 1, 10.0)
    through = calls.store.read(flow_traffic, 1, "main", MIDNIGHT, MIDNIGHT + DAY)
    assert through.calls == 3, (
        "neither the day before, nor another flow, nor another company, nor a call of ours"
    )
    assert through.ways[0] == WayTraffic(source="hello", node="main", count=3)
    assert [(one.node, one.dropped) for one in through.nodes if one.dropped] == [("main", 1)]
    assert report.figures.paths[0].nodes == ("hello", "main")
    calls.call("c-8", MIDNIGHT + 9500, NOBODY, (("main", "transfer"), *MENU), flow="night")
    passed_on = calls.store.read(flow_traffic, 1, "main", MIDNIGHT, MIDNIGHT + DAY)
    assert (passed_on.calls, passed_on.ways[0].count) == (4, 4)
    only = calls.store.read(ivr_report, 1, MIDNIGHT - DAY, MIDNIGHT + 9400, now=NOW, flow="night")
    assert (only.figures.ends.entered, only.flows) == (1, ["main", "night"])


def test_a_call_that_goes_on_is_counted_when_its_way_through_the_ivr_is_over(calls: Calls) -> None:
    arrival: dict[str, Any] = {"contact": ContactId("c-1"), "at": MIDNIGHT + 1}
    begun = e.ContactArrived(
        account_id=1,
        leg=LegId("l"),
        did="6",
        pii_number=ANA,
        language="es",
        flow="main",
        flow_version="1",
        **arrival,
    )
    calls.store.write(
        apply_batch, [(EventId(1, 1, 0), begun), (EventId(1, 2, 0), e.ContactAnswered(**arrival))]
    )
    report = calls.store.read(ivr_report, 1, MIDNIGHT, MIDNIGHT + DAY, now=NOW)
    assert report.figures.ends.entered == 0


def test_recognition_is_counted_at_its_node_without_what_was_said(calls: Calls) -> None:
    calls.call("c-1", MIDNIGHT + 100, ANA, MENU, verdicts=("unclear", "taken"))
    calls.call("c-2", MIDNIGHT + 200, BETO, MENU, verdicts=("asked_back", "taken"))
    report = calls.store.read(ivr_report, 1, MIDNIGHT, MIDNIGHT + DAY, now=NOW)
    main, hello = sorted(report.figures.nodes, key=lambda node: -node.utterances)
    assert (main.node, main.utterances, main.taken, main.asked_back, main.recognised) == (
        "main",
        4,
        2,
        1,
        0.5,
    )
    assert (hello.utterances, hello.recognised) == (0, None)
    paths = calls.store.read(lambda session: list(session.scalars(select(Interaction.menu_path))))
    assert "said aloud" not in str(paths)


def test_needs_are_counted_by_area_beside_the_period_before_with_the_contacts_behind(calls: Calls) -> None:
    calls.call("old", MIDNIGHT - 10, BETO, MENU, told={"topic": "invoices"})
    calls.call("c-1", MIDNIGHT + 100, ANA, MENU, told={"topic": "invoices", "reason": "copy"})
    calls.call("c-2", MIDNIGHT + 200, ANA, MENU, told={"topic": "invoices"})
    calls.call("c-3", MIDNIGHT + 300, BETO, MENU, told={"topic": "invoices"})
    calls.call("c-4", MIDNIGHT + 400, NOBODY, MENU, told={"reason": "leak"})
    calls.call("c-5", MIDNIGHT + 500, NOBODY, MENU)
    calls.call("c-6", MIDNIGHT + 600, ANA, MENU, told={"reason": "leak"}, account_id=2)
    heard = calls.store.read(needs_heard, 1, MIDNIGHT, MIDNIGHT + DAY)
    bill, leak = heard.needs
    assert (bill.need, bill.labels["en"], bill.contacts, bill.customers, bill.before) == (
        "bill",
        "Bill",
        3,
        2,
        1,
    )
    assert (bill.share, bill.areas) == (3 / 4, {"Maipú": 2, "": 1})
    assert (leak.need, leak.labels, leak.customers, leak.areas) == ("leak", {}, 0, {"": 1})
    assert (heard.contacts, heard.untold, heard.areas) == (5, 1, {"": 2, "Maipú": 2})
    span = (1, MIDNIGHT, MIDNIGHT + DAY)
    behind = calls.store.read(contacts_about, *span, need="bill", area="Maipú").rows
    assert [(one.contact, one.customer, one.number) for one in behind] == [
        ("c-2", "Ana", ANA),
        ("c-1", "Ana", ANA),
    ]
    assert [one.contact for one in calls.store.read(contacts_about, *span, need="bill").rows] == [
        "c-3",
        "c-2",
        "c-1",
    ]
    page = calls.store.read(contacts_about, *span, need="bill", limit=2)
    behind = calls.store.read(contacts_about, *span, need="bill", cursor=page.next)
    assert ([one.contact for one in behind.rows], behind.next) == (["c-1"], None)
    assert [one.contact for one in calls.store.read(contacts_about, *span, need="").rows] == ["c-5"]


def test_who_is_called_back_asked_once_for_what_the_agent_says(calls: Calls) -> None:
    calls.call("c-1", MIDNIGHT + 100, ANA, MENU, told={"topic": "invoices"})
    calls.call("back", MIDNIGHT + 900, ANA, MENU)
    calls.call("c-2", MIDNIGHT + 1000, BETO, MENU, told={"reason": "leak"})

    def called_back(session: Session) -> None:
        row = session.get_one(Interaction, "back")
        row.channel, row.contact_reason = "callback", "move"

    calls.store.write(called_back)
    heard = calls.store.read(needs_heard, 1, MIDNIGHT, MIDNIGHT + DAY)
    assert (heard.contacts, [(one.need, one.contacts) for one in heard.needs]) == (
        2,
        [("leak", 1), ("move", 1)],
    )
    behind = calls.store.read(contacts_about, 1, MIDNIGHT, MIDNIGHT + DAY, need="move").rows
    assert [one.contact for one in behind] == ["c-1"]


def test_what_an_agent_wrote_down_is_what_the_contact_was_about(calls: Calls) -> None:
    calls.call("c-1", MIDNIGHT + 100, ANA, MENU, told={"topic": "invoices"}, queue="sales")
    noted = e.Disposed(
        contact=ContactId("c-1"), at=MIDNIGHT + 300, agent="ann", segment=1, code="ok", contact_reason="move"
    )  # type: ignore[arg-type]
    calls.store.write(apply_batch, [(EventId(9, 1, 0), noted)])
    heard = calls.store.read(needs_heard, 1, MIDNIGHT, MIDNIGHT + DAY)
    assert [(one.need, one.contacts) for one in heard.needs] == [("move", 1)]
