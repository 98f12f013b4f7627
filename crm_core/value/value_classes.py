"""The class that routes a customer's calls: computed from his value, unless somebody set it by hand.

A class set by hand needs a reason and an end; until then it wins, then the computed one is back. Every change is kept,
by whom and why; those by hand are in the audit as well. The class stands in `customers.value_class`, where the look-up
of a call reads it. Writing it there does not count as a change of the record: no agent who edits it meanwhile is told
of a conflict.
"""

from collections.abc import Sequence

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit, customers
from crm_core.base import Base, EpochSeconds
from crm_core.customers import Customer
from crm_core.value.customer_values import CustomerValue
from ctiserver.core.errors import NotFound, Refusal

CLASSES = ("A", "B", "C")
LONGEST_SECONDS = 2 * 366 * 86_400.0


class HandClass(Base):
    """A class that somebody set, in force until `expires_at`."""

    __tablename__ = "hand_classes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        CheckConstraint("value_class IN ('A', 'B', 'C')", "value_class"),
        Index(None, "expires_at"),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True)
    value_class: Mapped[str]
    reason: Mapped[str]
    by: Mapped[str]
    set_at: Mapped[EpochSeconds]
    expires_at: Mapped[EpochSeconds]


class ClassChange(Base):
    """From `at` on the customer had another class. `origin`: computed, by_hand, lifted or expired."""

    __tablename__ = "class_changes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    at: Mapped[EpochSeconds]
    before: Mapped[str | None]
    after: Mapped[str | None]
    origin: Mapped[str]
    by: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")


def set_by_hand(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    value_class: str,
    reason: str,
    expires_at: float,
    by: str,
    now: float,
) -> HandClass:
    """The class in force from now on. Raises NotFound, Refusal for a wrong class, reason or end."""
    if value_class not in CLASSES:
        raise Refusal("wrong_class", "choose class A, B or C")
    if not reason.strip():
        raise Refusal("no_reason", "write why the class is set by hand")
    if not now < expires_at <= now + LONGEST_SECONDS:
        raise Refusal("wrong_expiry", "choose an end that lies ahead, at most two years from now")
    owner = customers.customer(session, account_id, customer_id)
    found = session.get(HandClass, (account_id, customer_id))
    before: dict[str, object] = (
        {} if found is None else {"value_class": found.value_class, "reason": found.reason}
    )
    if found is None:
        found = HandClass(account_id=account_id, customer_id=customer_id)
        session.add(found)
    found.value_class, found.reason, found.by = value_class, reason.strip(), by
    found.set_at, found.expires_at = now, expires_at
    _change(session, owner, value_class, reason.strip(), origin="by_hand", by=by, now=now)
    after: dict[str, object] = {
        "value_class": value_class,
        "reason": reason.strip(),
        "expires_at": expires_at,
    }
    _audit(session, owner, by, now, before, after)
    session.flush()
    return found


def lift(session: Session, account_id: int, customer_id: int, *, by: str, now: float) -> None:
    """The computed class is in force again. Raises NotFound where none was set by hand."""
    found = session.get(HandClass, (account_id, customer_id))
    if found is None:
        raise NotFound(f"the class of customer {customer_id} was not set by hand")
    owner = customers.customer(session, account_id, customer_id)
    _audit(session, owner, by, now, {"value_class": found.value_class, "reason": found.reason}, {})
    session.delete(found)
    _back_to_computed(session, owner, origin="lifted", by=by, now=now)
    session.flush()


def expire(session: Session, *, now: float, limit: int = 500) -> int:
    """Take away what was set by hand and has reached its end, in all accounts; how many."""
    due = session.scalars(select(HandClass).where(HandClass.expires_at <= now).limit(limit)).all()
    for found in due:
        owner = customers.customer(session, found.account_id, found.customer_id)
        session.delete(found)
        _back_to_computed(session, owner, origin="expired", by=found.by, now=now)
    session.flush()
    return len(due)


def by_hand(session: Session, account_id: int, customer_id: int) -> HandClass | None:
    """What somebody set and is in force; None: the class is the computed one."""
    return session.get(HandClass, (account_id, customer_id))


def changes(session: Session, account_id: int, customer_id: int, limit: int = 50) -> Sequence[ClassChange]:
    """The history of his class, the latest first."""
    query = select(ClassChange).where(
        ClassChange.account_id == account_id, ClassChange.customer_id == customer_id
    )
    return session.scalars(query.order_by(ClassChange.at.desc(), ClassChange.id.desc()).limit(limit)).all()


def write_computed(session: Session, account_id: int, classes: dict[int, str], *, now: float) -> int:
    """Put computed classes in force, but for those set by hand; how many customers changed class."""
    held = set(
        session.scalars(
            select(HandClass.customer_id).where(
                HandClass.account_id == account_id,
                HandClass.customer_id.in_(classes),
                HandClass.expires_at > now,
            )
        )
    )
    old = session.execute(
        select(Customer.id, Customer.value_class).where(
            Customer.account_id == account_id, Customer.id.in_(classes)
        )
    )
    changed: dict[str, list[int]] = {letter: [] for letter in CLASSES}
    for customer_id, before in old:
        after = classes[customer_id]
        if customer_id in held or before == after:
            continue
        changed[after].append(customer_id)
        session.add(
            ClassChange(
                account_id=account_id,
                customer_id=customer_id,
                at=now,
                before=before,
                after=after,
                origin="computed",
            )
        )
    for letter, ids in changed.items():
        if ids:
            _put_in_force(session, account_id, ids, letter, "")
    session.flush()
    return sum(map(len, changed.values()))


def _back_to_computed(session: Session, owner: Customer, *, origin: str, by: str, now: float) -> None:
    value = session.get(CustomerValue, (owner.account_id, owner.id))
    after = value.value_class if value else None
    _change(session, owner, after, "", origin=origin, by=by, now=now)


def _change(
    session: Session, owner: Customer, after: str | None, reason: str, *, origin: str, by: str, now: float
) -> None:
    session.add(
        ClassChange(
            account_id=owner.account_id,
            customer_id=owner.id,
            at=now,
            before=owner.value_class,
            after=after,
            origin=origin,
            by=by,
            reason=reason,
        )
    )
    _put_in_force(session, owner.account_id, [owner.id], after, reason)


def _put_in_force(session: Session, account_id: int, ids: list[int], letter: str | None, reason: str) -> None:
    session.execute(
        update(Customer)
        .where(Customer.account_id == account_id, Customer.id.in_(ids))
        .values(value_class=letter, value_class_reason=reason)
    )


def _audit(
    session: Session,
    owner: Customer,
    by: str,
    now: float,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    audit.note(
        session,
        account_id=owner.account_id,
        at=now,
        by=by,
        action="change",
        subject=f"customer {owner.id} value_class",
        before=before,
        after=after,
    )
