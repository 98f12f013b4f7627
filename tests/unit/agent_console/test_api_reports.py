"""Reports over REST: the period, the figures, the tables to take away, and who may not."""

import csv
import io
from typing import Any

import openpyxl

from crm_core.interactions import Interaction
from crm_core.work_orders import order_report

BOSS = "supervisor"
SPAN = "from_at=0&until_at=2000"


def kept(office: Any, contact: str, *path: tuple[str, str], account_id: int = 1, **fields: Any) -> None:
    steps = [
        {"node": node, "kind": kind, "at": 100.0 + 5 * place, "label": {"en": node.title()}}
        for place, (node, kind) in enumerate(path)
    ]
    times = {"arrived_at": 100.0, "answered_by_ivr_at": 100.0, "ended_at": 150.0, "ended_by": "caller"}
    row = Interaction(
        id=contact,
        account_id=account_id,
        menu_path=steps,
        last_epoch=1,
        last_seq=1,
        last_n=0,
        **times,
        **fields,
    )
    office.store.write(lambda session: session.add(row))


def test_a_period_is_told_in_days_and_instants_of_the_companys_clock(office: Any) -> None:
    boss = office.browser(BOSS)
    told = boss.get("/api/v1/reports/period?from_day=2026-09-06&until_day=2026-09-06").json
    assert (told["time_zone"], told["until_at"] - told["from_at"]) == ("America/Santiago", 23 * 3600)
    refused = boss.get("/api/v1/reports/period?from_day=2026-02-30")
    assert (refused.status_code, refused.json["error_id"]) == (409, "wrong_day")


def test_the_ivr_report_and_its_tables_say_the_same(office: Any) -> None:
    kept(office, "c-1", ("hello", "say"), ("=main", "menu"))
    kept(office, "c-2", ("hello", "say"), ("look", "action"), ("told", "say"), ani="+56221234567")
    kept(office, "c-3", ("hello", "say"), account_id=2)
    boss = office.browser(BOSS)
    told = boss.get(f"/api/v1/reports/ivr?{SPAN}").json
    assert (told["ends"]["entered"], told["ends"]["dropped"], told["ends"]["served"]) == (2, 1, 1)
    assert told["ends"]["containment"] is None  # nobody's day is over yet
    assert [node["node"] for node in told["nodes"]] == ["hello", "=main", "look", "told"]
    file = boss.get(f"/api/v1/reports/ivr/export?{SPAN}&table=nodes")
    assert file.headers["Content-Disposition"] == "attachment; filename=ivr-nodes.csv"
    rows = list(csv.reader(io.StringIO(file.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["hello", "'=main", "look", "told"]  # no formula
    book = boss.get(f"/api/v1/reports/ivr/export?{SPAN}&table=paths&format=xlsx").get_data()
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    assert sorted(list(row)[:2] for row in sheet.iter_rows(min_row=2, values_only=True)) == [
        ["hello > =main", 1],
        ["hello > look > told", 1],
    ]


def test_needs_lead_to_their_contacts(office: Any) -> None:
    kept(office, "c-1", collected={"reason": "leak"}, ani="+56221234567")
    kept(office, "c-2")
    kept(office, "c-3", collected={"reason": "leak"}, account_id=2)
    boss = office.browser(BOSS)
    told = boss.get(f"/api/v1/reports/needs?{SPAN}").json
    assert (told["contacts"], told["untold"], told["needs"][0]["areas"]) == (2, 1, {"": 1})
    behind = boss.get(f"/api/v1/reports/needs/contacts?{SPAN}&need=leak&area=").json
    assert [(one["contact"], one["number"]) for one in behind["items"]] == [("c-1", "+56221234567")]
    table = boss.get(f"/api/v1/reports/needs/export?{SPAN}").get_data(as_text=True).splitlines()
    assert [line.split(",")[0] for line in table[1:]] == ["leak", ""]


def test_technicians_are_set_beside_each_other_only_among_five(office: Any) -> None:
    def done(login: str) -> order_report.Done:
        fields: dict[str, Any] = dict.fromkeys(("to_arrive_seconds", "on_site_seconds", "solved", "grade"))
        return order_report.Done(
            order_id=1,
            kind="repair",
            code="done",
            technician=login,
            at=1.0,
            late=False,
            repeated=False,
            **fields,
        )

    five = [done(login) for login in "edcba"]
    assert order_report.beside_each_other(five[:4], {}) is None
    compared = order_report.beside_each_other(five, {"e": "Ana"})
    assert [row.name or row.key for row in compared or ()] == ["Ana", "a", "b", "c", "d"]


def test_reports_of_calls_are_not_for_dispatchers_nor_those_of_orders_for_analysts(office: Any) -> None:
    assert office.browser("dispatcher").get(f"/api/v1/reports/ivr?{SPAN}").status_code == 403
    assert office.browser("analyst").get(f"/api/v1/reports/work-orders/export?{SPAN}").status_code == 403
    table = office.browser("dispatcher").get(f"/api/v1/reports/work-orders/export?{SPAN}")
    assert len(table.get_data(as_text=True).splitlines()) == 2
