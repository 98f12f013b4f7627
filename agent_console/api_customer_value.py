"""One customer's value in words, his class by hand, and the ledger of what serving him cost."""

from typing import Any

import msgspec

from agent_console.listing import Listing, PageQuery, listing, number_of
from agent_console.operations import Call, Operations
from agent_console.pages import words
from agent_console.roles import Permission
from agent_console.value_words import explained
from crm_core import customers
from crm_core.value import costs, customer_values, value_classes
from crm_core.value import settings as value_settings

READ, MANAGE = Permission.READ_VALUE, Permission.MANAGE_VALUE


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


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _value(operations)
    _ledger(operations)


def _value(operations: Operations) -> None:
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
        call.write(value_classes.set_by_hand, number_of(customer_id), **msgspec.to_builtins(body))
        return {}

    @operations.add("DELETE", "/customers/{customer_id}/value-class", MANAGE, "Back to the computed class")
    def lift_value_class(call: Call, customer_id: str) -> dict[str, Any]:
        call.write(value_classes.lift, number_of(customer_id))
        return {}


def _ledger(operations: Operations) -> None:
    @operations.add(
        "GET", "/customers/{customer_id}/costs", READ, "What serving a customer cost, latest first"
    )
    def customer_costs(call: Call, customer_id: str, query: PageQuery) -> Listing[CostRow]:
        account, number = call.principal.account_id, number_of(customer_id)
        wanted = msgspec.structs.asdict(query)

        def read(session: Any) -> Listing[CostRow]:
            customers.customer(session, account, number)
            return listing(costs.of_customer(session, account, number, **wanted), _cost)

        return call.services.store.read(read)

    @operations.add("POST", "/costs", MANAGE, "Post something that cost, such as a visit")
    def post_cost(call: Call, body: NewCost) -> CostRow:
        account, charge = call.principal.account_id, costs.Charge(**msgspec.to_builtins(body))
        return call.services.store.write(lambda s: _cost(costs.post(s, account, charge)))


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


def _cost(row: costs.CostEntry) -> CostRow:
    return CostRow(
        kind=row.kind,
        source=row.source,
        quantity=row.quantity,
        unit_cost_milli=row.unit_cost_milli,
        amount_minor=row.amount_minor,
        at=row.at,
    )
