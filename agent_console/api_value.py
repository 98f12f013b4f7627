"""Value of the account: its pictures, the computations, and what they reckon with."""

from typing import Any

import msgspec

from agent_console.operations import Call, Operations
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from crm_core import customers
from crm_core.base import check_version
from crm_core.value import costs, customer_values, value_runs
from crm_core.value import settings as value_settings

READ, MANAGE = Permission.READ_VALUE, Permission.MANAGE_VALUE


class ClassFigures(msgspec.Struct, kw_only=True):
    """One class in force; "" for customers without. Money in the smallest unit."""

    value_class: str
    customers: int
    value_minor: int
    cost_last_year_minor: int
    potential_minor: int


class RfmCell(msgspec.Struct, kw_only=True):
    """Buyers of one score of recency and frequency, 1 to 5."""

    recency: int
    frequency: int
    customers: int
    value_minor: int


class ValuedCustomer(msgspec.Struct, kw_only=True):
    """One row of the best, or of those who are worth least."""

    customer_id: int
    name: str
    value_class: str | None
    value_minor: int
    cost_last_year_minor: int


class ValueRunState(msgspec.Struct, kw_only=True):
    """One computation: asked, running, done or failed. `models`: parameters by model, {} where assumed."""

    run_id: int
    state: str
    asked_by: str
    asked_at: float
    finished_at: float | None
    customers: int
    changed_class: int
    models: dict[str, Any]


class ValueOverview(msgspec.Struct, kw_only=True):
    """`curve`: shares of customers and of value, best first. `cost_of_unknown_minor`: callers whom nobody knew."""

    currency: str
    classes: list[ClassFigures]
    curve: list[tuple[float, float]]
    rfm: list[RfmCell]
    best: list[ValuedCustomer]
    lowest: list[ValuedCustomer]
    cost_of_unknown_minor: int
    last_run: ValueRunState | None


class ValueRules(msgspec.Struct, kw_only=True):
    """What management decides; unit costs in thousandths of the smallest unit."""

    version: int
    currency: str
    purchase_margin_percent: int
    yearly_discount_percent: int
    horizon_months: int
    unit_costs: dict[str, int]
    toll_free_numbers: list[str]
    nightly_hour: int


class ValueRulesChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Only what is to change."""

    currency: str | None = None
    purchase_margin_percent: int | None = None
    yearly_discount_percent: int | None = None
    horizon_months: int | None = None
    unit_costs: dict[str, int] | None = None
    toll_free_numbers: list[str] | None = None
    nightly_hour: int | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _overviews(operations)
    _settings(operations)


def _overviews(operations: Operations) -> None:
    @operations.add("GET", "/value", READ, "Value and cost to serve of all customers")
    def value_overview(call: Call) -> ValueOverview:
        return call.services.store.read(_overview, call.principal.account_id, call.services.now())

    @operations.add("GET", "/value/runs", READ, "The last computations of value")
    def list_value_runs(call: Call) -> list[ValueRunState]:
        account = call.principal.account_id
        return call.services.store.read(lambda s: [_run(row) for row in value_runs.last_runs(s, account)])

    @operations.add("POST", "/value/runs", MANAGE, "Compute all values as soon as may be")
    def compute_value(call: Call) -> ValueRunState:
        return _run(call.write(value_runs.ask))


def _settings(operations: Operations) -> None:
    @operations.add("GET", "/value/settings", READ, "What value and cost are computed with")
    def value_rules(call: Call) -> ValueRules:
        account = call.principal.account_id
        return call.services.store.read(lambda s: _rules(value_settings.settings(s, account)))

    @operations.add("PATCH", "/value/settings", MANAGE, "Change what value and cost are computed with")
    def change_value_rules(call: Call, body: ValueRulesChange) -> ValueRules:
        who, now, expected = call.principal, call.services.now(), expected_version()
        wanted = msgspec.to_builtins(body)
        changes = {name: value for name, value in wanted.items() if value is not None}

        def change(session: Any) -> ValueRules:
            check_version(value_settings.settings(session, who.account_id).version, expected)
            return _rules(
                value_settings.change_settings(session, who.account_id, changes, by=who.login, now=now)
            )

        return call.services.store.write(change)


def _overview(session: Any, account: int, now: float) -> ValueOverview:
    runs = value_runs.last_runs(session, account, 1)
    year = costs.sums(session, account, since=now - 365.25 * 86_400)
    return ValueOverview(
        currency=value_settings.settings(session, account).currency,
        classes=[
            ClassFigures(
                value_class=row.value_class,
                customers=row.customers,
                value_minor=row.value_minor,
                cost_last_year_minor=row.cost_last_year_minor,
                potential_minor=row.potential_minor,
            )
            for row in customer_values.by_class(session, account)
        ],
        curve=customer_values.curve(session, account),
        rfm=[
            RfmCell(recency=recency, frequency=frequency, customers=count, value_minor=value)
            for (recency, frequency), (count, value) in customer_values.rfm_grid(session, account).items()
        ],
        best=[_valued(*row) for row in customer_values.most_valuable(session, account, limit=10)],
        lowest=[
            _valued(*row) for row in customer_values.most_valuable(session, account, lowest=True, limit=10)
        ],
        cost_of_unknown_minor=year.get(None, 0),
        last_run=_run(runs[0]) if runs else None,
    )


def _valued(owner: customers.Customer, found: customer_values.CustomerValue) -> ValuedCustomer:
    return ValuedCustomer(
        customer_id=owner.id,
        name=owner.display_name,
        value_class=owner.value_class,
        value_minor=found.value_minor,
        cost_last_year_minor=found.cost_last_year_minor,
    )


def _run(row: value_runs.ValueRun) -> ValueRunState:
    return ValueRunState(
        run_id=row.id,
        state=row.state,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        customers=row.customers or 0,
        changed_class=row.changed_class or 0,
        models=row.models or {},
    )


def _rules(row: value_settings.ValueSettings) -> ValueRules:
    return ValueRules(
        version=row.version,
        currency=row.currency,
        purchase_margin_percent=row.purchase_margin_percent,
        yearly_discount_percent=row.yearly_discount_percent,
        horizon_months=row.horizon_months,
        unit_costs=row.unit_costs,
        toll_free_numbers=row.toll_free_numbers,
        nightly_hour=row.nightly_hour,
    )
