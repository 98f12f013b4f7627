"""Products: what the company sells, and which of them each customer owns (and is therefore never offered again)."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held


class Product(Base):
    """One line of an account's catalogue. Price and cost are whole numbers of the smallest unit of `currency`."""

    __tablename__ = "products"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="good")
    """good, service or plan."""
    price_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    cost_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(default="CLP")
    retired_at: Mapped[EpochSeconds | None]
    """None: it is sold."""
    version: Mapped[int] = mapped_column()
    updated_at: Mapped[EpochSeconds]

    __mapper_args__ = {"version_id_col": version}


class OwnedProduct(Held, Base):
    """A product that the customer owns; dated by when it became his."""

    __tablename__ = "owned_products"
    STATES = ("owned", "returned", "ended")

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int] = mapped_column(default=1)
    until: Mapped[EpochSeconds | None]
    """None: for good."""

    product: Mapped[Product] = relationship()


Index("ix_owned_products_product_id", OwnedProduct.product_id)


def owns(session: Session, account_id: int, customer_id: int, product_key: str, *, at: float) -> bool:
    """Whether the customer owns the product at that time."""
    query = (
        select(OwnedProduct.id)
        .join(Product)
        .where(
            OwnedProduct.account_id == account_id,
            OwnedProduct.customer_id == customer_id,
            OwnedProduct.status == "owned",
            or_(OwnedProduct.until.is_(None), OwnedProduct.until > at),
            Product.account_id == account_id,
            Product.key == product_key,
        )
    )
    return session.scalar(query.limit(1)) is not None


def catalogue(session: Session, account_id: int, *, retired: bool = False) -> Sequence[Product]:
    """What the account sells, by name; with `retired` also what it no longer does."""
    query = select(Product).where(Product.account_id == account_id)
    if not retired:
        query = query.where(Product.retired_at.is_(None))
    return session.scalars(query.order_by(Product.name, Product.id)).all()
