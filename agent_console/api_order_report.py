"""How work orders went: everything for whoever runs the work, his own figures for a technician."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent_console.operations import Call, Operations
from agent_console.report_files import Format, table_file
from agent_console.report_tables import orders_table
from agent_console.roles import Permission
from crm_core.accounts import account
from crm_core.permission.calendars import begin_of
from crm_core.work_orders import order_report


class OrderSpan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded."""

    from_at: float
    until_at: float


class OrderExport(OrderSpan, kw_only=True, forbid_unknown_fields=True):
    """As what."""

    format: Format = "csv"


class OrderFigures(msgspec.Struct, kw_only=True):
    """Of some closings, see `crm_core.work_orders.order_report`; times are medians in seconds, None: of none."""

    closed: int
    done: int
    late: int
    repeated: int
    answered: int
    not_solved: int
    grades: int
    grade_mean: float | None
    grade_low: float | None
    grade_high: float | None
    to_arrive_seconds: float | None
    on_site_seconds: float | None


class OrderFiguresOf(msgspec.Struct, kw_only=True):
    """The figures of one kind, closing or technician. `name` "": `key` is a word."""

    key: str
    name: str
    figures: OrderFigures


class OrderToLookAt(msgspec.Struct, kw_only=True):
    """A closing that was not solved, repeated, or graded below 4."""

    order_id: int
    kind: str
    code: str
    technician: str | None
    at: float
    to_arrive_seconds: float | None
    on_site_seconds: float | None
    late: bool
    repeated: bool
    solved: bool | None
    grade: int | None


class OrderReport(msgspec.Struct, kw_only=True):
    """Everything. `by_technician`: up to `people_until`, the last midnight; None: they are fewer than five."""

    all: OrderFigures
    by_kind: list[OrderFiguresOf]
    by_closing: list[OrderFiguresOf]
    by_technician: list[OrderFiguresOf] | None
    people_until: float
    cases: list[OrderToLookAt]


class OwnFigures(msgspec.Struct, kw_only=True):
    """Mine, and all technicians' together; `group` None: they are fewer than five."""

    own: OrderFigures
    group: OrderFigures | None
    technicians: int


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/reports/work-orders", Permission.DISPATCH_ORDERS, "Orders by kind, closing and technician")
    def work_order_report(call: Call, query: OrderSpan) -> OrderReport:
        found, midnight = _report(call, query)
        told: dict[str, Any] = {name: getattr(found, name) for name in found.__slots__}
        return msgspec.convert(told | {"people_until": midnight}, OrderReport, from_attributes=True)

    @add("GET", "/reports/work-orders/export", Permission.DISPATCH_ORDERS, "Orders' figures as CSV or XLSX")
    def export_work_order_report(call: Call, query: OrderExport) -> Any:
        found, _ = _report(call, query)
        return table_file(orders_table(found, call.principal.language), "work-orders", query.format)

    @add("GET", "/me/work-order-figures", Permission.OWN_ORDERS, "My figures, and those of all technicians")
    def my_work_order_figures(call: Call, query: OrderSpan) -> OwnFigures:
        who = call.principal
        found: Any = call.services.store.read(
            order_report.own_figures, who.account_id, who.login, query.from_at, query.until_at
        )
        return msgspec.convert(found, OwnFigures, from_attributes=True)


def _report(call: Call, query: OrderSpan) -> tuple[order_report.Report, float]:
    """The report, and the last midnight: figures of people are theirs alone until then."""
    store, company = call.services.store, call.principal.account_id
    zone = ZoneInfo(store.read(account, company).time_zone)
    midnight = begin_of("day", call.services.now(), zone)
    found = store.read(order_report.report, company, query.from_at, query.until_at, people_until=midnight)
    return found, midnight
