"""How work orders went: everything for whoever runs the work, his own figures for a technician."""

from typing import Any

import msgspec

from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core.work_orders import order_report


class OrderSpan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded."""

    from_at: float
    until_at: float


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
    """Everything."""

    all: OrderFigures
    by_kind: list[OrderFiguresOf]
    by_closing: list[OrderFiguresOf]
    by_technician: list[OrderFiguresOf]
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
        found: Any = call.services.store.read(
            order_report.report, call.principal.account_id, query.from_at, query.until_at
        )
        return msgspec.convert(found, OrderReport, from_attributes=True)

    @add("GET", "/me/work-order-figures", Permission.OWN_ORDERS, "My figures, and those of all technicians")
    def my_work_order_figures(call: Call, query: OrderSpan) -> OwnFigures:
        who = call.principal
        found: Any = call.services.store.read(
            order_report.own_figures, who.account_id, who.login, query.from_at, query.until_at
        )
        return msgspec.convert(found, OwnFigures, from_attributes=True)
