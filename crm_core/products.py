"""Products: what the company sells, and which of them each customer owns (and is therefore never offered again)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, EpochSeconds, check_version
from crm_core.held import Held, as_entry
from ctiserver.core.errors import Refusal

_EDITABLE = frozenset({"name", "kind", "price_minor", "cost_minor", "currency", "retired_at"})


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


TIMELINE = as_entry("product", OwnedProduct)


def define_product(
    session: Session,
    account_id: int,
    key: str,
    *,
    now: float,
    expected_version: int | None = None,
    **fields: Any,
) -> Product:
    """The product with this key, made or changed. Raises StaleVersion, Refusal for one without a name."""
    found = session.scalar(select(Product).where(Product.account_id == account_id, Product.key == key))
    if found is None:
        found = Product(account_id=account_id, key=key, updated_at=now)
        session.add(found)
    else:
        check_version(found.version, expected_version)
    for name, value in fields.items():
        if name not in _EDITABLE:
            raise Refusal("no_such_field", f"a product has no field {name!r}")
        if getattr(found, name) != value:
            setattr(found, name, value)
            found.updated_at = now
    if not found.name:
        raise Refusal("name_needed", f"give the product {key!r} a name")
    session.flush()
    return found
