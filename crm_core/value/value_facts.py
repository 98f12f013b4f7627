"""Reads what the formulas need: one row per customer from contracts, orders and the ledger of costs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, case, func, select, text
from sqlalchemy.orm import Session

from crm_core.contracts import Contract
from crm_core.customers import Customer
from crm_core.orders import Order
from crm_core.value import costs
from crm_core.value.estimate import MONTH_DAYS, Facts
from crm_core.value.settings import ValueSettings

DAY_SECONDS = 86_400.0
YEAR_SECONDS = 365.25 * DAY_SECONDS
MONTH_SECONDS = MONTH_DAYS * DAY_SECONDS

Ids = NDArray[np.int64]


def gather(session: Session, rules: ValueSettings, *, as_of: float) -> tuple[Ids, Facts]:
    """The account's customers, by id, and what is known of each at that moment; suppliers alone are none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))  # nobody waits for this one
    account_id = rules.account_id
    rows = session.execute(
        select(Customer.id, Customer.kind)
        .where(Customer.account_id == account_id, Customer.is_customer)
        .order_by(Customer.id)
    ).all()
    ids = np.array([customer_id for customer_id, _ in rows], dtype=np.int64)
    spent = _spread(ids, costs.sums(session, account_id, since=as_of - YEAR_SECONDS))
    return ids, Facts(
        is_company=np.array([kind == "company" for _, kind in rows], dtype=bool),
        cost_last_year=spent,
        **_contracts(session, rules, ids, as_of),
        **_purchases(session, rules, ids, as_of),
    )


def _contracts(session: Session, rules: ValueSettings, ids: Ids, as_of: float) -> dict[str, Any]:
    rows = session.execute(
        select(
            Contract.customer_id,
            (Contract.amount_minor - Contract.cost_minor) * 1.0,
            Contract.period_months,
            Contract.dated_at,
            Contract.ends_at,
            Contract.status,
        ).where(
            Contract.account_id == rules.account_id,
            Contract.currency == rules.currency,
            Contract.dated_at <= as_of,
        )
    ).all()
    owner = np.array([row[0] for row in rows], dtype=np.int64)
    margin = np.array([row[1] / max(row[2], 1) for row in rows], dtype=np.float64)
    began = np.array([row[3] for row in rows], dtype=np.float64)
    ends = np.array([row[4] if row[4] is not None else np.inf for row in rows], dtype=np.float64)
    over = np.array([row[5] == "ended" for row in rows], dtype=bool) | (ends <= as_of)
    ends = np.minimum(ends, as_of)
    months = np.floor((ends - began) / MONTH_SECONDS)
    place, known = _places(ids, owner)
    active = known & ~over
    oldest = np.zeros(len(ids))
    np.maximum.at(oldest, place[active], np.maximum(months[active], 0.0))
    return {
        "contracts": np.bincount(place[active], minlength=len(ids)).astype(np.int64),
        "contract_margin": np.bincount(place[active], weights=margin[active], minlength=len(ids)),
        "contract_months": oldest,
        "ended_contract_months": np.maximum(months[over], 0.0) + 1.0,
        "active_contract_months": np.maximum(months[~over], 0.0),
    }


def _purchases(session: Session, rules: ValueSettings, ids: Ids, as_of: float) -> dict[str, Any]:
    lately = case((Order.dated_at >= as_of - YEAR_SECONDS, Order.amount_minor), else_=0)
    rows = session.execute(
        select(
            Order.customer_id,
            func.count(),
            func.min(Order.dated_at),
            func.max(Order.dated_at),
            func.sum(Order.amount_minor) * 1.0,
            func.sum(lately) * 1.0,
        )
        .where(
            and_(
                Order.account_id == rules.account_id,
                Order.currency == rules.currency,
                Order.status != "cancelled",
                Order.dated_at <= as_of,
            )
        )
        .group_by(Order.customer_id)
    ).all()
    figures = np.array([[float(figure) for figure in row] for row in rows], dtype=np.float64).reshape(-1, 6)
    place, known = _places(ids, figures[:, 0].astype(np.int64))
    place, figures = place[known], figures[known]
    share = rules.purchase_margin_percent / 100

    def spread(column: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.zeros(len(ids))
        whole[place] = column
        return whole

    return {
        "purchases": spread(figures[:, 1]).astype(np.int64),
        "first_days_ago": spread(np.maximum(as_of - figures[:, 2], 0.0) / DAY_SECONDS),
        "last_days_ago": spread(np.maximum(as_of - figures[:, 3], 0.0) / DAY_SECONDS),
        "purchase_margin": spread(figures[:, 4] * share),
        "purchase_margin_last_year": spread(figures[:, 5] * share),
    }


def _places(ids: Ids, owner: Ids) -> tuple[Ids, NDArray[np.bool_]]:
    """Where each owner stands among the ids, which are sorted, and whether he does."""
    place = np.searchsorted(ids, owner)
    inside = np.minimum(place, max(len(ids) - 1, 0))
    known = ids[inside] == owner if len(ids) else np.zeros(len(owner), dtype=bool)
    return inside, known


def _spread(ids: Ids, sums: dict[int | None, int]) -> NDArray[np.float64]:
    return np.array([float(sums.get(int(customer_id), 0)) for customer_id in ids], dtype=np.float64)
