"""The asked-twice index: how often a customer is asked for what the company knows already.

Whatever a flow, a script or a form asks of a customer is one row here. It was asked twice when this contact had
given the value before, or the store had it when it was asked. The index is the share of those among all that was
asked.
"""

from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.customers import Customer
from crm_core.facts import Fact
from ctiserver.core.errors import Refusal

ASKERS = ("flow", "script", "form")


class Asking(Base):
    """One value that was asked. `known_by`: contact (he had said it before), store; None: it was news."""

    __tablename__ = "askings"
    __table_args__ = (
        Index(None, "account_id", "at"),
        Index(None, "account_id", "contact_id", "fact"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[EpochSeconds]
    asked_by: Mapped[str]
    fact: Mapped[str]
    known_by: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class AskedTwice:
    """Of a span of time. `by_fact`: how often each fact was asked in vain, the worst first."""

    asked: int
    known_by_contact: int
    known_by_store: int
    by_fact: tuple[tuple[str, int], ...]

    @property
    def index(self) -> float | None:
        """Share of what was asked although it was known; None: nothing was asked."""
        return (self.known_by_contact + self.known_by_store) / self.asked if self.asked else None


def note_asked(
    session: Session,
    account_id: int,
    *,
    contact_id: str,
    customer_id: int | None,
    fact: str,
    asked_by: str,
    at: float,
) -> Asking:
    """Write down that a value was asked, and who knew it then. Raises Refusal for an asker that is none."""
    if asked_by not in ASKERS:
        raise Refusal("wrong_asker", f"who asked is one of {', '.join(ASKERS)}")
    before = select(Asking.id).where(
        Asking.account_id == account_id, Asking.contact_id == contact_id, Asking.fact == fact
    )
    told_before = session.scalar(before.limit(1)) is not None
    in_store = not told_before and _in_store(session, account_id, customer_id, fact)
    known_by = "contact" if told_before else "store" if in_store else None
    row = Asking(
        account_id=account_id,
        contact_id=contact_id,
        customer_id=customer_id,
        at=at,
        asked_by=asked_by,
        fact=fact,
        known_by=known_by,
    )
    session.add(row)
    session.flush()
    return row


def asked_twice(session: Session, account_id: int, from_at: float, until_at: float) -> AskedTwice:
    """The count of a span of time, `until_at` excluded."""
    span = (Asking.account_id == account_id, Asking.at >= from_at, Asking.at < until_at)

    def of(word: str) -> object:
        return func.coalesce(func.sum(case((Asking.known_by == word, 1), else_=0)), 0)

    asked, by_contact, by_store = session.execute(
        select(func.count(), of("contact"), of("store")).where(*span)  # type: ignore[call-overload]
    ).one()
    times = func.count()
    worst = select(Asking.fact, times).where(*span, Asking.known_by.is_not(None)).group_by(Asking.fact)
    rows = session.execute(worst.order_by(times.desc(), Asking.fact)).all()
    return AskedTwice(asked, by_contact, by_store, tuple((fact, number) for fact, number in rows))


def _in_store(session: Session, account_id: int, customer_id: int | None, fact: str) -> bool:
    """Whether the customer's record holds it: as a column of his, as a fact, or as a field of the company's own."""
    if customer_id is None:
        return False
    if fact in Customer.__table__.columns:
        column = Customer.__table__.columns[fact]
        value = session.scalar(
            select(column).where(Customer.account_id == account_id, Customer.id == customer_id)
        )
        return value not in (None, "")
    standing = select(Fact.id).where(
        Fact.account_id == account_id,
        Fact.customer_id == customer_id,
        Fact.field.in_((fact, f"custom.{fact}")),
        Fact.superseded_at.is_(None),
    )
    return session.scalar(standing.limit(1)) is not None
