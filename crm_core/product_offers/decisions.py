"""One decision per customer and round (a month): the offer to make him, or that he is in the control group.

The same question in the same round gets the same answer, on any channel. What the agent hears, with how the customer
felt (1 to 5) and why, is kept, and the next choices learn from it. The effect of an offer is measured apart, for who
was offered it and for the control group alike, by whether the customer came to own the product within the window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import accounts, customers, products
from crm_core.customer_segments import segments
from crm_core.permission import consents
from crm_core.product_offers import choice, offers
from crm_core.product_offers.choice import Arm
from crm_core.product_offers.offers import OfferDecision, ProductOffer
from crm_core.product_offers.uplift import Decisions, Uplift, uplift
from crm_core.products import OwnedProduct
from ctiserver.core.errors import Conflict, NotFound, Refusal
from ctiserver.core.permit import Channel, Purpose

ANSWERS = ("accepted", "declined", "later", "not_said")
WINDOW_SECONDS = 30 * 86_400.0
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one offer. `uplift` None: too few yet."""

    offer_id: int
    made: int
    answers: dict[str, int]
    feeling: float | None
    measured: int
    """Decisions whose window is over."""
    uplift: Uplift | None


def round_of(session: Session, account_id: int, now: float) -> str:
    """The month in the account's time zone."""
    zone = ZoneInfo(accounts.account(session, account_id).time_zone)
    return datetime.fromtimestamp(now, zone).strftime("%Y-%m")


def eligible(session: Session, account_id: int, customer_id: int, *, now: float) -> list[ProductOffer]:
    """The running offers of a product that he does not own, whose segment he is in; none to who refuses sales.

    Offers are made in a contact that goes on already, so neither hours nor caps ask here: what he said does.
    """
    said = consents.about(consents.history(session, account_id, customer_id), Channel.PHONE, Purpose.SALES)
    if said and not said[-1].given:
        return []
    return [
        one
        for one in offers.running(session, account_id, now=now)
        if not products.owns(session, account_id, customer_id, one.product.key, at=now)
        and (
            one.segment is None
            or segments.holds(session, account_id, one.segment.conditions, customer_id, now=now)
        )
    ]


def decide(
    session: Session, account_id: int, customer_id: int, *, now: float, contact: str | None = None
) -> OfferDecision | None:
    """The decision of this round, made now if it was not; None: nothing is eligible. Raises NotFound."""
    owner = customers.customer(session, account_id, customer_id)
    round_name = round_of(session, account_id, now)
    there = session.scalar(
        select(OfferDecision).where(
            OfferDecision.account_id == account_id,
            OfferDecision.customer_id == customer_id,
            OfferDecision.round == round_name,
        )
    )
    if there is not None:
        return there
    choices = eligible(session, account_id, customer_id, now=now)
    if not choices:
        return None
    value_class = owner.value_class or ""
    chance = choice.source(account_id, customer_id, round_name)
    shares = choice.propensities(arms(session, account_id, choices, value_class), chance)
    chosen = choices[choice.choose(shares, chance)]
    made = OfferDecision(
        account_id=account_id,
        customer_id=customer_id,
        round=round_name,
        offer_id=chosen.id,
        value_class=value_class,
        control=choice.in_control(account_id, customer_id, round_name),
        propensities={str(one.id): float(share) for one, share in zip(choices, shares, strict=True)},
        decided_at=now,
        contact=contact,
    )
    session.add(made)
    session.flush()
    return made


def arms(session: Session, account_id: int, choices: Sequence[ProductOffer], value_class: str) -> list[Arm]:
    """What customers of this class answered to each offer."""
    query = (
        select(OfferDecision.offer_id, OfferDecision.answer, func.count())
        .where(
            OfferDecision.account_id == account_id,
            OfferDecision.value_class == value_class,
            OfferDecision.answer.in_(("accepted", "declined")),
        )
        .group_by(OfferDecision.offer_id, OfferDecision.answer)
    )
    told = {(offer_id, answer): count for offer_id, answer, count in session.execute(query)}
    return [
        Arm(told.get((one.id, "accepted"), 0), told.get((one.id, "declined"), 0), one.margin_minor)
        for one in choices
    ]


def answer(
    session: Session,
    account_id: int,
    decision_id: int,
    *,
    given: str,
    feeling: int | None,
    reason: str,
    by: str,
    now: float,
) -> OfferDecision:
    """Keep what the customer said. Raises NotFound, Conflict when it was told before, Refusal."""
    found = session.scalar(
        select(OfferDecision).where(OfferDecision.account_id == account_id, OfferDecision.id == decision_id)
    )
    if found is None:
        raise NotFound(f"there is no decision {decision_id}")
    if found.control:
        raise Refusal("control_group", "this customer is in the control group: nothing was offered to him")
    if found.answer is not None:
        raise Conflict("the answer to this offer was told already")
    if given not in ANSWERS:
        raise Refusal("wrong_answer", f"choose one of {', '.join(ANSWERS)}")
    if feeling is not None and feeling not in range(1, 6):
        raise Refusal("wrong_feeling", "choose a feeling from 1 to 5")
    if len(reason) > LONGEST_REASON:
        raise Refusal("wrong_reason", f"write a reason of at most {LONGEST_REASON} letters")
    found.answer, found.feeling, found.reason = given, feeling, reason.strip()
    found.answered_by, found.answered_at = by, now
    session.flush()
    return found


def results(session: Session, account_id: int, offer_id: int, *, now: float) -> Result:
    """What the offer brought so far. Raises NotFound."""
    found = offers.offer(session, account_id, offer_id)
    own = select(
        OfferDecision.answer, func.count(), func.sum(OfferDecision.feeling), func.count(OfferDecision.feeling)
    )
    told = session.execute(
        own.where(
            OfferDecision.account_id == account_id,
            OfferDecision.offer_id == offer_id,
            OfferDecision.control.is_(False),
        ).group_by(OfferDecision.answer)
    ).all()
    feelings = sum(row[3] for row in told)
    measured = measured_decisions(session, found, now=now)
    return Result(
        offer_id=offer_id,
        made=sum(row[1] for row in told),
        answers={row[0] or "": row[1] for row in told},
        feeling=sum(row[2] or 0 for row in told) / feelings if feelings else None,
        measured=len(measured.taken),
        uplift=uplift(measured),
    )


def measured_decisions(session: Session, found: ProductOffer, *, now: float) -> Decisions:
    """The decisions in which this offer was eligible and whose window is over, in their order."""
    rows = session.execute(
        select(
            OfferDecision.customer_id,
            OfferDecision.value_class,
            OfferDecision.offer_id,
            OfferDecision.control,
            OfferDecision.propensities[str(found.id)].as_float(),
            OfferDecision.decided_at,
        )
        .where(
            OfferDecision.account_id == found.account_id,
            OfferDecision.decided_at <= now - WINDOW_SECONDS,
            OfferDecision.propensities[str(found.id)].as_string().is_not(None),
        )
        .order_by(OfferDecision.id)
    ).all()
    owned = _owned_since(session, found)
    letters = sorted({row[1] for row in rows})
    return Decisions(
        segment=np.array([letters.index(row[1]) for row in rows], dtype=np.int64),
        propensity=np.array([row[4] * (1.0 - choice.CONTROL_SHARE) for row in rows], dtype=np.float64),
        offered=np.array([row[2] == found.id and not row[3] for row in rows], dtype=bool),
        control=np.array([row[3] for row in rows], dtype=bool),
        taken=np.array([_taken(owned.get(row[0], []), row[5]) for row in rows], dtype=bool),
    )


def _owned_since(session: Session, found: ProductOffer) -> dict[int, list[float]]:
    """When each customer came to own the product."""
    query = select(OwnedProduct.customer_id, OwnedProduct.dated_at).where(
        OwnedProduct.account_id == found.account_id, OwnedProduct.product_id == found.product_id
    )
    owned: dict[int, list[float]] = {}
    for customer_id, dated_at in session.execute(query):
        owned.setdefault(customer_id, []).append(dated_at)
    return owned


def _taken(times: list[float], decided_at: float) -> bool:
    return any(0 <= at - decided_at <= WINDOW_SECONDS for at in times)
