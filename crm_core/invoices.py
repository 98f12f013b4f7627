"""Invoices: what the customer was asked to pay. What is left of it is computed from the payments, never stored."""

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.held import Held, Priced, as_entry
from crm_core.payments import Payment


class Invoice(Held, Priced, Base):
    """Dated by its issue; `amount_minor` is what it asks for, taxes included. A credit note is negative."""

    __tablename__ = "invoices"
    STATES = ("open", "paid", "cancelled")

    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id", ondelete="SET NULL"))
    due_at: Mapped[EpochSeconds | None]


TIMELINE = as_entry("invoice", Invoice)


def open_amounts(session: Session, account_id: int, customer_id: int) -> dict[str, int]:
    """What the customer still owes, by currency: his open invoices less what was received for them."""
    received = (
        select(Payment.invoice_id, func.sum(Payment.amount_minor).label("amount_minor"))
        .where(
            Payment.account_id == account_id,
            Payment.customer_id == customer_id,
            Payment.status == "received",
        )
        .group_by(Payment.invoice_id)
        .subquery()
    )
    query = (
        select(
            Invoice.currency,
            func.sum(Invoice.amount_minor - func.coalesce(received.c.amount_minor, 0)),
        )
        .outerjoin(received, received.c.invoice_id == Invoice.id)
        .where(Invoice.account_id == account_id, Invoice.customer_id == customer_id, Invoice.status == "open")
        .group_by(Invoice.currency)
    )
    return {currency: int(amount) for currency, amount in session.execute(query) if amount}
