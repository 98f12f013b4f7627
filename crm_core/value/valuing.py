"""The work of a computation of values: read the facts, compute, write in parts.

Formulas need everybody at once, so the figures are computed in memory; they are written a part at a time, each in a
transaction of its own together with how far it came. Whoever goes on after a crash computes the same figures again,
as of the same moment, and writes the rest. Nobody waits for the whole: calls and pages write in between.

An account in which nobody has a contract or a purchase has nothing to compute a value of: its classes stay as they are.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import delete as delete_rows
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm_core.customers import Customer
from crm_core.value import value_classes, value_facts
from crm_core.value.customer_values import CustomerValue
from crm_core.value.estimate import MODEL_NAMES, Assumptions, Estimate, Facts, estimate
from crm_core.value.settings import settings
from crm_core.value.value_runs import DONE, ValueRun

PART = 1000


@dataclass(frozen=True, slots=True)
class Computed:
    """All figures of a run, in memory."""

    run_id: int
    account_id: int
    as_of: float
    ids: np.ndarray[Any, np.dtype[np.int64]]
    facts: Facts
    estimate: Estimate


def compute(session: Session, run_id: int) -> Computed:
    """The figures of a run that has begun; reads only."""
    run = session.get_one(ValueRun, run_id)
    as_of = run.as_of or run.asked_at
    rules = settings(session, run.account_id)
    ids, facts = value_facts.gather(session, rules, as_of=as_of)
    assumptions = Assumptions(
        yearly_discount=rules.yearly_discount_percent / 100, horizon_months=rules.horizon_months
    )
    return Computed(run_id, run.account_id, as_of, ids, facts, estimate(facts, assumptions))


def write_part(session: Session, computed: Computed, *, now: float, limit: int = PART) -> bool:
    """Write the next customers and how far that came; whether all are written."""
    run = session.get_one(ValueRun, computed.run_id)
    if not (computed.facts.contracts.any() or computed.facts.purchases.any()):
        run.state, run.finished_at = DONE, now
        return True
    begin = int(np.searchsorted(computed.ids, run.reached_customer_id, side="right"))
    places = range(begin, min(begin + limit, len(computed.ids)))
    # Somebody may have been erased or merged since the figures were read.
    there = _still_there(session, computed, places)
    rows = [_row(computed, place) for place in places if int(computed.ids[place]) in there]
    if rows:
        ids = [row["customer_id"] for row in rows]
        session.execute(
            delete_rows(CustomerValue).where(
                CustomerValue.account_id == computed.account_id, CustomerValue.customer_id.in_(ids)
            )
        )
        session.execute(insert(CustomerValue), rows)
        classes = {row["customer_id"]: row["value_class"] for row in rows}
        run.changed_class += value_classes.write_computed(session, computed.account_id, classes, now=now)
    run.customers += len(rows)
    if places:
        run.reached_customer_id = int(computed.ids[places[-1]])
    done = begin + limit >= len(computed.ids)
    if done:
        _forget_others(session, computed)
        run.state, run.finished_at, run.models = DONE, now, _parameters(computed.estimate)
    session.flush()
    return done


def _forget_others(session: Session, computed: Computed) -> None:
    """Values of those who are no customers any more: merged into another record, suppliers alone."""
    session.execute(
        delete_rows(CustomerValue).where(
            CustomerValue.account_id == computed.account_id, CustomerValue.computed_at < computed.as_of
        )
    )


def _still_there(session: Session, computed: Computed, places: range) -> set[int]:
    ids = [int(computed.ids[place]) for place in places]
    return set(session.scalars(select(Customer.id).where(Customer.id.in_(ids))))


def _row(computed: Computed, place: int) -> dict[str, Any]:
    facts, found = computed.facts, computed.estimate
    return {
        "account_id": computed.account_id,
        "customer_id": int(computed.ids[place]),
        "computed_at": computed.as_of,
        "model": MODEL_NAMES[found.model[place]],
        "value_class": str(found.classes[place]),
        "value_minor": int(found.value[place]),
        "potential_minor": int(found.potential[place]),
        "contract_part_minor": int(found.contract_part[place]),
        "purchase_part_minor": int(found.purchase_part[place]),
        "cost_part_minor": int(found.cost_part[place]),
        "cost_last_year_minor": int(facts.cost_last_year[place]),
        "life_months": float(found.life_months[place]),
        "recency": int(found.rfm[0, place]),
        "frequency": int(found.rfm[1, place]),
        "money": int(found.rfm[2, place]),
        "counted": {
            "contracts": int(facts.contracts[place]),
            "margin_minor": round(float(facts.contract_margin[place])),
            "months": int(facts.contract_months[place]),
            "purchases": int(facts.purchases[place]),
            "days_since": int(facts.last_days_ago[place]),
            "alive": round(float(found.alive[place]), 4),
            "ahead": round(float(found.purchases_ahead[place]), 2),
            "mean_minor": round(float(found.purchase_mean[place])),
        },
    }


def _parameters(found: Estimate) -> dict[str, Any]:
    models = found.models
    return {
        name: {} if model is None else {field: getattr(model, field) for field in model.__slots__}
        for name, model in (
            ("contracts", models.contracts),
            ("purchases", models.purchases),
            ("money", models.money),
        )
    }
