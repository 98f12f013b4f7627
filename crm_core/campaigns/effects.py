"""What dispositions bring about: a promise with its reminder, an order, an appointment, a number that ends, new data,
nobody calls again.

An effect is done once for a contact: told twice it is one thing, and told otherwise the second time it is refused,
because what was done stands in the customer's record and is mended there. Everything of one effect is one unit: a
promise without its reminder, or an order of a product that he then does not own, there never is.
"""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import callers
from crm_core.base import Base, EpochSeconds
from crm_core.campaigns import effect_work
from crm_core.campaigns.effect_forms import read
from crm_core.campaigns.effect_work import Doing, Ended
from crm_core.customers import Customer, customer
from crm_core.dials import Dial
from ctiserver.core.errors import Refusal


class DispositionEffect(Base):
    """What one contact brought about. `made`: what came of it, by kind: {"promise": 7, "reminder": 12}."""

    __tablename__ = "disposition_effects"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id"),
        Index(None, "account_id", "effect", "at"),
    )

    contact_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    """None: a contact of no campaign."""
    agent: Mapped[str]
    code: Mapped[str]
    """The disposition's."""
    effect: Mapped[str]
    given: Mapped[dict[str, Any]]
    """What the agent wrote down."""
    made: Mapped[dict[str, Any]]
    at: Mapped[EpochSeconds]


def bring_about(
    session: Session,
    account_id: int,
    ended: Ended,
    *,
    code: str,
    effect: str,
    flow: str | None,
    given: dict[str, Any],
    by: str,
    now: float,
) -> DispositionEffect:
    """What the disposition brought about, now or when it was told before. `flow`: what reminds him of a promise.

    Raises ConfigError with every mistake in `given`, Refusal, NotFound.
    """
    form = read(effect, given)
    lead = session.get(Dial, ended.dial_id, with_for_update=True) if ended.dial_id is not None else None
    if lead is not None and lead.account_id != account_id:
        lead = None
    whose = ended.customer_id or (lead.customer_id if lead else None)
    if whose is None:
        raise Refusal("effect_needs_customer", "say first who the customer is")
    customer(session, account_id, whose)
    # His row is the lock, taken after the lead's as a claim does: the same contact told twice at once is done once.
    session.scalar(select(Customer.id).where(Customer.id == whose).with_for_update())
    before = session.get(DispositionEffect, ended.contact)
    if before is not None:
        return _same(before, account_id, effect, given)
    doing = Doing(
        session=session,
        account_id=account_id,
        customer_id=whose,
        ended=ended,
        lead=lead,
        zone=ZoneInfo(callers.time_zone(session, account_id, whose)),
        flow=flow,
        by=by,
        now=now,
    )
    done = DispositionEffect(
        contact_id=ended.contact,
        account_id=account_id,
        customer_id=whose,
        campaign_id=lead.campaign_id if lead else None,
        agent=by,
        code=code,
        effect=effect,
        given=given,
        made=effect_work.do(doing, effect, form),
        at=now,
    )
    session.add(done)
    session.flush()
    return done


def _same(
    before: DispositionEffect, account_id: int, effect: str, given: dict[str, Any]
) -> DispositionEffect:
    if (before.account_id, before.effect, before.given) != (account_id, effect, given):
        raise Refusal(
            "effect_done",
            "this contact has brought something about already: mend it in the customer's record",
        )
    return before
