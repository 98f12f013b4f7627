"""An order that an agent takes down during the call: lines of the catalogue or free ones, with their sum."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.customers import customer
from crm_core.holdings import add
from crm_core.orders import Order
from crm_core.products import Product
from crm_core.provenance import Origin
from ctiserver.core.errors import Refusal


def place(
    session: Session,
    account_id: int,
    customer_id: int,
    lines: Sequence[Mapping[str, Any]],
    *,
    currency: str,
    origin: Origin,
    now: float,
    promised_at: float | None = None,
    request_id: str = "",
) -> Order:
    """The new order, numbered. A line is {"product", "text", "quantity", "unit_price_minor"}; a product of the
    catalogue brings its name and price where the line has none. The same `request_id` again gives the first order.

    Raises NotFound for the customer, Refusal for no lines, an unknown product or a wrong quantity.
    """
    owner = customer(session, account_id, customer_id)
    key = f"request {request_id}" if request_id else None
    if key and (before := _placed_before(session, account_id, key)):
        return before
    if not lines:
        raise Refusal("no_lines", "put at least one line into the order")
    known = _products(session, account_id, [line["product"] for line in lines if line.get("product")])
    priced = [_line(line, known, currency) for line in lines]
    order = add(
        session,
        Order,
        owner,
        origin=origin,
        now=now,
        external_id=key,
        number="",
        lines=priced,
        amount_minor=sum(line["quantity"] * line["unit_price_minor"] for line in priced),
        currency=currency,
        promised_at=promised_at,
    )
    order.number = f"P-{order.id:06d}"
    session.flush()
    return order


def _placed_before(session: Session, account_id: int, key: str) -> Order | None:
    return session.scalar(select(Order).where(Order.account_id == account_id, Order.external_id == key))


def _products(session: Session, account_id: int, keys: Sequence[str]) -> dict[str, Product]:
    query = select(Product).where(
        Product.account_id == account_id, Product.key.in_(keys), Product.retired_at.is_(None)
    )
    return {product.key: product for product in session.scalars(query)}


def _line(line: Mapping[str, Any], known: Mapping[str, Product], currency: str) -> dict[str, Any]:
    key, quantity = line.get("product") or "", line.get("quantity", 1)
    product = known.get(key)
    if key and product is None:
        raise Refusal(
            "unsold_product", f"the catalogue has no product {key!r}: choose another or write a text"
        )
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
        raise Refusal("no_quantity", f"write a quantity of 1 or more instead of {quantity!r}")
    text = line.get("text") or (product.name if product else "")
    price = line.get("unit_price_minor")
    if price is None and product is not None and product.currency == currency:
        price = product.price_minor
    if not text or price is None:
        raise Refusal("empty_line", "give each line a product of the catalogue, or a text and a price")
    return {"product": key, "text": text, "quantity": quantity, "unit_price_minor": int(price)}
