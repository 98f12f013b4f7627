"""Value: the pictures of the account, one customer's value in words, classes by hand, the ledger of costs."""

from typing import Any

import msgspec

from agent_console.operations import Call, Operations
from agent_console.pages import words
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from agent_console.value_words import explained
from crm_core import customers
from crm_core.base import check_version
from crm_core.value import costs, customer_values, value_classes, value_runs
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


class ClassStep(msgspec.Struct, kw_only=True):
    """A change of class. `origin`: computed, by_hand, lifted or expired."""

    at: float
    before: str | None
    after: str | None
    origin: str
    by: str
    reason: str


class ClassByHand(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A class that holds until `expires_at`, whatever is computed."""

    value_class: str
    reason: str
    expires_at: float


class ValueOfCustomer(msgspec.Struct, kw_only=True):
    """`value_class` is the one in force; `by_hand` None: it is the computed one."""

    customer_id: int
    currency: str
    computed_at: float
    model: str
    value_minor: int
    potential_minor: int
    cost_last_year_minor: int
    value_class: str | None
    computed_class: str
    by_hand: ClassByHand | None
    recency: int
    frequency: int
    money: int
    explanation: list[str]
    history: list[ClassStep]


class CostRow(msgspec.Struct, kw_only=True):
    """One row of the ledger: quantity times thousandths of the smallest unit, rounded once."""

    kind: str
    source: str
    quantity: int
    unit_cost_milli: int
    amount_minor: int
    at: float


class NewCost(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Something that cost. The same `kind` and `source` again changes nothing."""

    kind: str
    source: str
    quantity: int
    at: float
    customer_id: int | None = None


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
    _account(operations)
    _customer(operations)
    _ledger(operations)


def _account(operations: Operations) -> None:
    @operations.add("GET", "/value", READ, "Value and cost to serve of all customers")
    def value_overview(call: Call) -> ValueOverview:
        return call.services.store.read(_overview, call.principal.account_id, call.services.now())

    @operations.add("GET", "/value/runs", READ, "The last computations of value")
    def list_value_runs(call: Call) -> list[ValueRunState]:
        account = call.principal.account_id
        return call.services.store.read(lambda s: [_run(row) for row in value_runs.last_runs(s, account)])

    @operations.add("POST", "/value/runs", MANAGE, "Compute all values as soon as may be")
    def compute_value(call: Call) -> ValueRunState:
        who, now = call.principal, call.services.now()
        return call.services.store.write(
            lambda s: _run(value_runs.ask(s, who.account_id, by=who.login, now=now))
        )

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


def _customer(operations: Operations) -> None:
    @operations.add(
        "GET", "/customers/{customer_id}/value", Permission.CUSTOMER_VALUE, "A customer's value, in words"
    )
    def customer_value(call: Call, customer_id: str) -> ValueOfCustomer:
        who = call.principal
        return call.services.store.read(
            lambda s: _value_of(s, who.account_id, number_of(customer_id), who.language)
        )

    @operations.add("PUT", "/customers/{customer_id}/value-class", MANAGE, "Set a class by hand, until a day")
    def set_value_class(call: Call, customer_id: str, body: ClassByHand) -> dict[str, Any]:
        who, now = call.principal, call.services.now()
        call.services.store.write(
            lambda s: value_classes.set_by_hand(
                s,
                who.account_id,
                number_of(customer_id),
                value_class=body.value_class,
                reason=body.reason,
                expires_at=body.expires_at,
                by=who.login,
                now=now,
            )
        )
        return {}

    @operations.add("DELETE", "/customers/{customer_id}/value-class", MANAGE, "Back to the computed class")
    def lift_value_class(call: Call, customer_id: str) -> dict[str, Any]:
        who, now = call.principal, call.services.now()
        call.services.store.write(
            value_classes.lift, who.account_id, number_of(customer_id), by=who.login, now=now
        )
        return {}


def _ledger(operations: Operations) -> None:
    @operations.add(
        "GET", "/customers/{customer_id}/costs", READ, "What serving a customer cost, latest first"
    )
    def customer_costs(call: Call, customer_id: str) -> list[CostRow]:
        account, number = call.principal.account_id, number_of(customer_id)

        def read(session: Any) -> list[CostRow]:
            customers.customer(session, account, number)
            return [_cost(row) for row in costs.of_customer(session, account, number)]

        return call.services.store.read(read)

    @operations.add("POST", "/costs", MANAGE, "Post something that cost, such as a visit")
    def post_cost(call: Call, body: NewCost) -> CostRow:
        account, charge = call.principal.account_id, costs.Charge(**msgspec.to_builtins(body))
        return call.services.store.write(lambda s: _cost(costs.post(s, account, charge)))


def number_of(text: str) -> int:
    """The id in a path; 0, which is nobody's, for what is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


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


def _value_of(session: Any, account: int, customer_id: int, language: str) -> ValueOfCustomer:
    owner = customers.customer(session, account, customer_id)
    found = customer_values.value_of(session, account, customer_id)
    rules = value_settings.settings(session, account)
    set_by = value_classes.by_hand(session, account, customer_id)
    return ValueOfCustomer(
        customer_id=customer_id,
        currency=rules.currency,
        computed_at=found.computed_at,
        model=found.model,
        value_minor=found.value_minor,
        potential_minor=found.potential_minor,
        cost_last_year_minor=found.cost_last_year_minor,
        value_class=owner.value_class,
        computed_class=found.value_class,
        by_hand=None
        if set_by is None
        else ClassByHand(value_class=set_by.value_class, reason=set_by.reason, expires_at=set_by.expires_at),
        recency=found.recency,
        frequency=found.frequency,
        money=found.money,
        explanation=explained(found, rules, words(language), language),
        history=[
            ClassStep(
                at=row.at, before=row.before, after=row.after, origin=row.origin, by=row.by, reason=row.reason
            )
            for row in value_classes.changes(session, account, customer_id)
        ],
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


def _cost(row: costs.CostEntry) -> CostRow:
    return CostRow(
        kind=row.kind,
        source=row.source,
        quantity=row.quantity,
        unit_cost_milli=row.unit_cost_milli,
        amount_minor=row.amount_minor,
        at=row.at,
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
