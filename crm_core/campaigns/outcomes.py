"""What campaigns bring: promises that are kept, and what a recovered peso costs.

The **kept-promise rate** is kept / due. Due is a promise whose money has come or whose day is over; one that is open
still, or was taken back, is neither. Its interval is Wilson's (`crm_core.intervals`). **Cost per peso recovered** is
what the campaign's contacts cost (`crm_core.value.costs`: talk, wrap-up and the contact itself, an hour after their
end) by what came in for the promises that were given in them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import intervals
from crm_core.campaigns.effects import DispositionEffect
from crm_core.dial_attempts import DialAttempt
from crm_core.payment_promises import PROMISED, WITHDRAWN, Promise, judged
from crm_core.payments import Payment
from crm_core.value.costs import CostEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRate:
    """Of `due` promises so many were kept. The rate and its 95 % interval are None when none is due yet."""

    given: int
    due: int
    kept: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfRecovery:
    """Sums in the smallest unit of the currency. `per_unit`: cost by money received; None: nothing came in."""

    cost_minor: int
    recovered_minor: int
    per_unit: float | None


def kept_promises(session: Session, account_id: int, campaign_id: int, *, now: float) -> KeptRate:
    """Of all promises that were given in a campaign."""
    return _rate(promise for _, promise in _promises(session, account_id, campaign_id, now))


def kept_by_agent(session: Session, account_id: int, campaign_id: int, *, now: float) -> dict[str, KeptRate]:
    """Of the promises of a campaign, by the log-in of the agent to whom they were given."""
    found: dict[str, list[Promise]] = {}
    for agent, promise in _promises(session, account_id, campaign_id, now):
        found.setdefault(agent, []).append(promise)
    return {agent: _rate(found[agent]) for agent in sorted(found)}


def cost_of_recovery(session: Session, account_id: int, campaign_id: int, *, now: float) -> CostOfRecovery:
    """What a campaign's contacts cost, and what came in for the promises that were given in them."""
    contacts = select("contact " + DialAttempt.contact).where(
        DialAttempt.account_id == account_id,
        DialAttempt.campaign_id == campaign_id,
        DialAttempt.contact.is_not(None),
    )
    sums = select(func.coalesce(func.sum(CostEntry.amount_minor), 0))
    cost = session.scalar(sums.where(CostEntry.account_id == account_id, CostEntry.source.in_(contacts))) or 0
    recovered = sum(one.paid_minor for _, one in _promises(session, account_id, campaign_id, now))
    return CostOfRecovery(
        cost_minor=int(cost),
        recovered_minor=recovered,
        per_unit=int(cost) / recovered if recovered else None,
    )


def _promises(session: Session, account_id: int, campaign_id: int, now: float) -> list[tuple[str, Promise]]:
    """Each promise of the campaign with its agent, judged among all of its customer's: no money keeps two."""
    given = session.execute(
        select(DispositionEffect.customer_id, DispositionEffect.agent, DispositionEffect.made).where(
            DispositionEffect.account_id == account_id,
            DispositionEffect.campaign_id == campaign_id,
            DispositionEffect.effect == "promise_to_pay",
        )
    ).all()
    agents = {int(made["promise"]): str(agent) for _, agent, made in given}
    rows = _payments(session, account_id, sorted({int(one) for one, _, _ in given}))
    found = []
    for payments in rows.values():
        promised = [row for row in payments if row.status in (PROMISED, WITHDRAWN)]
        received = [row for row in payments if row.status == "received" and row.amount_minor > 0]
        found += [one for one in judged(promised, received, now) if one.payment.id in agents]
    return [(agents[one.payment.id], one) for one in found]


def _payments(session: Session, account_id: int, customers: list[int]) -> dict[int, list[Payment]]:
    """What they promised and paid, by customer, in the order of their days."""
    found: dict[int, list[Payment]] = {}
    for place in range(0, len(customers), 500):
        query = select(Payment).where(
            Payment.account_id == account_id,
            Payment.customer_id.in_(customers[place : place + 500]),
            Payment.status.in_((PROMISED, WITHDRAWN, "received")),
        )
        for row in session.scalars(query.order_by(Payment.dated_at, Payment.id)):
            found.setdefault(row.customer_id, []).append(row)
    return found


def _rate(promises: Iterable[Promise]) -> KeptRate:
    judgements = [one.state for one in promises]
    kept = judgements.count("kept")
    due = kept + judgements.count("broken")
    rate, low, high = intervals.share(kept, due) if due else (None, None, None)
    return KeptRate(given=len(judgements), due=due, kept=kept, rate=rate, low=low, high=high)
