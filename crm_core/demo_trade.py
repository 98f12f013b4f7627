"""What the customers of the demo company have and have paid: contracts, meters, invoices, payments, orders.

Drawn from one seed, dated back from the day on which it is added, once: whoever has contracts already gets none. Money
is in pesos. Written with one statement for each kind, so that the demo starts as fast as without it.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.contracts import Contract
from crm_core.customers import Customer
from crm_core.deliveries import Delivery
from crm_core.devices import Device
from crm_core.held import Held
from crm_core.invoices import Invoice
from crm_core.orders import Order
from crm_core.payments import Payment
from crm_core.products import OwnedProduct, Product
from crm_core.provenance import Source
from crm_core.warranties import Warranty

SEED = 20_241
DAY_SECONDS = 86_400.0
MONTH_SECONDS = 30.4375 * DAY_SECONDS
INVOICES_AT_MOST = 6
SUPPLY = "gas-supply"
PRODUCTS: tuple[tuple[str, str, str, int, int], ...] = (
    (SUPPLY, "Suministro de gas", "plan", 0, 0),
    ("boiler-11", "Calefont 11 litros", "good", 189_990, 121_000),
    ("heater-4", "Estufa 4 kW", "good", 129_990, 84_000),
    ("cooker-4", "Cocina 4 platos", "good", 249_990, 171_000),
    ("yearly-check", "Revisión anual", "service", 39_990, 22_000),
    ("leak-detector", "Detector de fugas", "good", 34_990, 17_500),
)
"""Key, name, kind, price, cost."""
_GOODS = [key for key, _, kind, _, _ in PRODUCTS if kind != "plan"]
_DURABLE = ("boiler-11", "heater-4", "cooker-4")


def add(session: Session, *, now: float) -> int:
    """How many contracts were added; 0: they were there before."""
    if session.scalar(select(Contract.id).where(Contract.account_id == DEFAULT_ACCOUNT_ID).limit(1)):
        return 0
    today = now - now % DAY_SECONDS
    products = _products(session, today)
    chance = random.Random(SEED)
    query = select(Customer.id, Customer.kind).where(
        Customer.account_id == DEFAULT_ACCOUNT_ID, Customer.is_customer
    )
    owners = session.execute(query.order_by(Customer.id)).all()
    contracts = [row for owner in owners for row in _contracts(*owner, products[SUPPLY].id, chance, today)]
    ids = _written(session, Contract, contracts)
    invoices = [
        row
        for contract in contracts
        for row in _invoices(contract, ids[contract["external_id"]], chance, today)
    ]
    billed = _written(session, Invoice, invoices)
    _written(session, Payment, [row for one in invoices for row in _payments(one, billed, chance)])
    _written(session, Device, list(map(_meter, contracts)))
    _sales(session, [owner for owner, _ in owners], products, chance, today)
    session.flush()
    return len(contracts)


def _products(session: Session, now: float) -> dict[str, Product]:
    known = {row.key: row for row in session.scalars(select(Product).where(Product.account_id == 1))}
    for key, name, kind, price, cost in PRODUCTS:
        if key not in known:
            known[key] = Product(
                account_id=DEFAULT_ACCOUNT_ID,
                key=key,
                name=name,
                kind=kind,
                price_minor=price,
                cost_minor=cost,
                updated_at=now,
            )
            session.add(known[key])
    session.flush()
    return known


def _contracts(
    owner: int, kind: str, product_id: int, chance: random.Random, today: float
) -> Iterator[dict[str, Any]]:
    """Five of six have one; of seven one has ended."""
    if chance.random() > 5 / 6:
        return
    months = chance.randint(1, 72)
    began = today - months * MONTH_SECONDS
    price = chance.randint(150, 900) * 1000 if kind == "company" else chance.randint(14, 62) * 1000
    ended = months > 3 and chance.random() < 1 / 7
    over = began + chance.randint(1, months) * MONTH_SECONDS
    yield _held(
        owner,
        f"contract-{owner}",
        "ended" if ended else "active",
        began,
        product_id=product_id,
        amount_minor=price,
        cost_minor=price * 7 // 10,
        period_months=1,
        ends_at=min(over, today) if ended else None,
        end_reason="moved" if ended else "",
    )


def _invoices(
    contract: dict[str, Any], contract_id: int, chance: random.Random, today: float
) -> Iterator[dict[str, Any]]:
    """The last months of the contract; the newest is not always paid."""
    until = contract["ends_at"] or today
    for back in range(INVOICES_AT_MOST, 0, -1):
        dated_at = until - (back - 0.5) * MONTH_SECONDS
        if dated_at < contract["dated_at"]:
            continue
        paid = back > 1 or chance.random() < 0.7
        yield _held(
            contract["customer_id"],
            f"B-{contract['customer_id']:04}{back}",
            "paid" if paid else "open",
            dated_at,
            amount_minor=round(contract["amount_minor"] * chance.uniform(0.85, 1.25), -1),
            contract_id=contract_id,
            due_at=dated_at + 20 * DAY_SECONDS,
        )


def _payments(
    invoice: dict[str, Any], billed: dict[str, int], chance: random.Random
) -> Iterator[dict[str, Any]]:
    if invoice["status"] == "paid":
        yield _held(
            invoice["customer_id"],
            f"P-{invoice['external_id']}",
            "received",
            invoice["dated_at"] + chance.randint(1, 14) * DAY_SECONDS,
            amount_minor=invoice["amount_minor"],
            invoice_id=billed[invoice["external_id"]],
            method=chance.choice(("transfer", "card", "cash")),
        )


def _meter(contract: dict[str, Any]) -> dict[str, Any]:
    owner = contract["customer_id"]
    number = f"M{100_000 + owner * 37}"
    return _held(owner, number, "installed", contract["dated_at"], kind="meter")


def _sales(
    session: Session,
    owners: Sequence[int],
    products: dict[str, Product],
    chance: random.Random,
    today: float,
) -> None:
    """Orders of goods over three years; some buy often, many never; what lasts is theirs, under warranty."""
    orders, owned, warranties = [], [], []
    for owner in owners:
        often = min(int(chance.expovariate(0.5)), 7)
        for count in range(often):
            product = products[chance.choice(_GOODS)]
            dated_at = today - chance.uniform(3, 1095) * DAY_SECONDS
            state = "placed" if dated_at > today - 10 * DAY_SECONDS else "done"
            line = {"product": product.key, "text": product.name, "quantity": 1}
            line["unit_price_minor"] = product.price_minor
            key = f"O-{owner:04}{count}"
            price = product.price_minor
            orders.append(_held(owner, key, state, dated_at, amount_minor=price, lines=[line]))
            if product.key in _DURABLE and state == "done":
                owned.append(_held(owner, key, "owned", dated_at, product_id=product.id))
                ends_at = dated_at + 730 * DAY_SECONDS
                valid = "valid"
                warranties.append(
                    _held(owner, f"W-{key}", valid, dated_at, product_id=product.id, ends_at=ends_at)
                )
    ids = _written(session, Order, orders)
    _written(session, Delivery, [_delivery(order, ids[order["external_id"]]) for order in orders])
    _written(session, OwnedProduct, owned)
    _written(session, Warranty, warranties)


def _delivery(order: dict[str, Any], order_id: int) -> dict[str, Any]:
    done = order["status"] == "done"
    dated_at = order["dated_at"] + DAY_SECONDS
    return _held(
        order["customer_id"],
        f"D-{order['external_id']}",
        "delivered" if done else "planned",
        dated_at,
        order_id=order_id,
        carrier="Andes",
        delivered_at=dated_at + DAY_SECONDS if done else None,
    )


def _held(owner: int, key: str, status: str, dated_at: float, **fields: Any) -> dict[str, Any]:
    """A row of any kind, as another program would have told it."""
    return {
        "account_id": DEFAULT_ACCOUNT_ID,
        "customer_id": owner,
        "external_id": key,
        "number": key,
        "status": status,
        "dated_at": dated_at,
        "version": 1,
        "created_at": dated_at,
        "updated_at": dated_at,
        "known_at": dated_at,
        "source": Source.SYSTEM.value,
        "by": "demo",
        **fields,
    }


def _written(session: Session, kind: type[Held], rows: list[dict[str, Any]]) -> dict[str, int]:
    """The ids of the rows by their keys."""
    if not rows:
        return {}
    made = session.execute(insert(kind).returning(kind.external_id, kind.id), rows)
    return {str(key): number for key, number in made}
