"""Product offers: which product, to which segment, what it earns, the line to say; what was decided for whom."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core import audit
from crm_core.base import Base, EpochSeconds, check_version
from crm_core.customer_segments import segments
from crm_core.customer_segments.segments import CustomerSegment
from crm_core.products import Product
from ctiserver.core.errors import ConfigError, Mistake, NotFound

LONGEST_LINE = 200
FIELDS = frozenset(
    {"name", "product", "margin_minor", "segment_id", "line_es", "line_en", "from_at", "until_at"}
)


class ProductOffer(Base):
    """`segment_id` None: to everybody. `until_at` None: until somebody ends it."""

    __tablename__ = "product_offers"
    __table_args__ = (Index(None, "account_id", "from_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("customer_segments.id"))
    name: Mapped[str]
    margin_minor: Mapped[int] = mapped_column(BigInteger)
    """What one sale earns, in the smallest unit."""
    line_es: Mapped[str]
    line_en: Mapped[str]
    from_at: Mapped[EpochSeconds]
    until_at: Mapped[EpochSeconds | None]
    made_by: Mapped[str]
    updated_at: Mapped[EpochSeconds]
    version: Mapped[int] = mapped_column()

    product: Mapped[Product] = relationship()
    segment: Mapped[CustomerSegment | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class OfferDecision(Base):
    """What was decided for one customer in one round. `control`: nothing is offered."""

    __tablename__ = "product_offer_decisions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("account_id", "customer_id", "round"),
        Index("ix_product_offer_decisions_offer", "account_id", "offer_id", "value_class"),
        CheckConstraint("feeling BETWEEN 1 AND 5", "feeling"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    round: Mapped[str]
    """ "2026-11", in the account's time zone."""
    offer_id: Mapped[int] = mapped_column(ForeignKey("product_offers.id"))
    """The offer chosen; to the control group it is not made."""
    value_class: Mapped[str]
    """At that time; "" without."""
    control: Mapped[bool]
    propensities: Mapped[dict[str, Any]]
    """Each eligible offer's id: the probability with which it was to be chosen."""
    decided_at: Mapped[EpochSeconds]
    contact: Mapped[str | None]
    answer: Mapped[str | None]
    """accepted, declined, later or not_said; None: not told."""
    feeling: Mapped[int | None]
    """1 (annoyed) to 5 (glad), as the agent heard it."""
    reason: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[str | None]
    answered_at: Mapped[EpochSeconds | None]


def offer(session: Session, account_id: int, offer_id: int) -> ProductOffer:
    """Raises NotFound, also for another account's."""
    found = session.scalar(
        select(ProductOffer).where(ProductOffer.account_id == account_id, ProductOffer.id == offer_id)
    )
    if found is None:
        raise NotFound(f"there is no offer {offer_id}")
    return found


def offers(session: Session, account_id: int) -> Sequence[ProductOffer]:
    """All of the account, the latest first."""
    query = select(ProductOffer).where(ProductOffer.account_id == account_id)
    return session.scalars(query.order_by(ProductOffer.from_at.desc(), ProductOffer.id.desc())).all()


def running(session: Session, account_id: int, *, now: float) -> Sequence[ProductOffer]:
    """Those that are made now, in the order of their ids."""
    query = select(ProductOffer).where(
        ProductOffer.account_id == account_id,
        ProductOffer.from_at <= now,
        or_(ProductOffer.until_at.is_(None), ProductOffer.until_at > now),
    )
    return session.scalars(query.order_by(ProductOffer.id)).all()


def save(
    session: Session,
    account_id: int,
    changes: dict[str, Any],
    *,
    by: str,
    now: float,
    offer_id: int | None = None,
    expected_version: int | None = None,
) -> ProductOffer:
    """The new offer, or with `offer_id` the changed one; `changes` of `FIELDS`, `product` by its key.

    Raises ConfigError with every mistake, NotFound, StaleVersion.
    """
    if offer_id is None:
        found = ProductOffer(
            account_id=account_id, made_by=by, from_at=now, line_es="", line_en="", margin_minor=0
        )
        before: dict[str, Any] = {}
    else:
        found = offer(session, account_id, offer_id)
        check_version(found.version, expected_version)
        before = {
            name: getattr(found, name) for name in changes if hasattr(found, name) and name != "product"
        }
    mistakes = _take(session, found, changes)
    if mistakes:
        session.expunge(found) if offer_id is None and found in session else session.expire_all()
        raise ConfigError(mistakes)
    found.updated_at = now
    session.add(found)
    session.flush()
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="change" if offer_id else "add",
        subject=f"product_offer {found.id}",
        before=before,
        after=dict(changes),
    )
    return found


def _take(session: Session, found: ProductOffer, changes: dict[str, Any]) -> list[Mistake]:
    mistakes = [Mistake(name, "there is no such field") for name in sorted(changes.keys() - FIELDS)]
    for name in FIELDS & changes.keys() - {"product", "segment_id"}:
        setattr(found, name, changes[name])
    with session.no_autoflush:
        if "product" in changes or found.product_id is None:
            key = changes.get("product", "")
            found_id = session.scalar(
                select(Product.id).where(Product.account_id == found.account_id, Product.key == key)
            )
            if found_id is None:
                mistakes.append(Mistake("product", f"there is no product {key!r} in the catalogue"))
            else:
                found.product_id = found_id
        if "segment_id" in changes:
            try:
                if changes["segment_id"] is not None:
                    segments.segment(session, found.account_id, changes["segment_id"])
                found.segment_id = changes["segment_id"]
            except NotFound as error:
                mistakes.append(Mistake("segment_id", str(error)))
    return mistakes + _mistakes(found)


def _mistakes(found: ProductOffer) -> list[Mistake]:
    told = []
    if not 0 < len((found.name or "").strip()) <= 80:
        told.append(Mistake("name", "write a name of 1 to 80 letters"))
    if not 0 < found.margin_minor <= 10**12:
        told.append(Mistake("margin_minor", "write what one sale earns, more than 0"))
    for field in ("line_es", "line_en"):
        if not 0 < len(getattr(found, field).strip()) <= LONGEST_LINE:
            told.append(Mistake(field, f"write the line to say, of 1 to {LONGEST_LINE} letters"))
    if found.until_at is not None and found.until_at <= found.from_at:
        told.append(Mistake("until_at", "choose an end after the beginning"))
    return told
