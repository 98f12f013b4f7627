"""Records that are probably one customer, found by the jobs process and decided upon by people.

The search goes through an account once: blocks of records that share a key (`blocking`), evidence for each pair
(`likeness`). What somebody has called two different customers is not shown again.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import CheckConstraint, Double, ForeignKeyConstraint, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, selectinload

from crm_core import blocking, merges
from crm_core.base import Base, EpochSeconds
from crm_core.contact_points import Address, Email
from crm_core.customers import Customer
from crm_core.likeness import DUPLICATE, Comparable, weight
from ctiserver.core.errors import NotFound, Refusal

T = TypeVar("T", Address, Email)
OPEN, MERGED, DIFFERENT = "open", "merged", "different"


class DuplicatePair(Base):
    """Two records, the lower id first, and what was decided. `weight`: the evidence in bits."""

    __tablename__ = "duplicate_pairs"
    __table_args__ = (
        UniqueConstraint("account_id", "one_id", "other_id"),
        Index(None, "account_id", "state", "weight"),
        CheckConstraint("one_id < other_id", "order"),
        CheckConstraint("state IN ('open', 'merged', 'different')", "state"),
        *(
            ForeignKeyConstraint(
                ["account_id", one], ["customers.account_id", "customers.id"], ondelete="CASCADE"
            )
            for one in ("one_id", "other_id")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    one_id: Mapped[int]
    other_id: Mapped[int]
    weight: Mapped[float] = mapped_column(Double)
    found_at: Mapped[EpochSeconds]
    state: Mapped[str] = mapped_column(default=OPEN)
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[EpochSeconds | None]
    merge_id: Mapped[int | None]


def search(session: Session, account_id: int, *, now: float) -> int:
    """Looks for duplicates in the whole account; how many new pairs it found."""
    records = {record.id: record for record in comparables(session, account_id)}
    query = select(DuplicatePair).where(DuplicatePair.account_id == account_id)
    known = {(row.one_id, row.other_id) for row in session.scalars(query)}
    new = 0
    for one, other in sorted(blocking.pairs(records.values())):
        evidence = weight(records[one], records[other])
        low, high = sorted((int(one), int(other)))
        if evidence >= DUPLICATE and (low, high) not in known:
            session.add(
                DuplicatePair(account_id=account_id, one_id=low, other_id=high, weight=evidence, found_at=now)
            )
            new += 1
    session.flush()
    return new


def open_pairs(session: Session, account_id: int, limit: int = 100) -> Sequence[DuplicatePair]:
    """Those that wait for a decision, the surest first; a pair with a merged record waits no longer."""
    gone = select(Customer.id).where(Customer.account_id == account_id, Customer.merged_into.is_not(None))
    query = select(DuplicatePair).where(
        DuplicatePair.account_id == account_id,
        DuplicatePair.state == OPEN,
        DuplicatePair.one_id.not_in(gone),
        DuplicatePair.other_id.not_in(gone),
    )
    query = query.order_by(DuplicatePair.weight.desc(), DuplicatePair.id).limit(limit)
    return session.scalars(query, execution_options={"with_merged": True}).all()


def decide(
    session: Session, account_id: int, pair_id: int, *, keep: int | None, by: str, now: float
) -> DuplicatePair:
    """Merge the pair into the record `keep`, or, with None, call the two different. Raises NotFound, Refusal."""
    pair = session.scalar(
        select(DuplicatePair).where(DuplicatePair.account_id == account_id, DuplicatePair.id == pair_id)
    )
    if pair is None:
        raise NotFound(f"account {account_id} has no pair {pair_id}")
    if pair.state == MERGED:
        raise Refusal("already-merged", "the two were merged before: undo the merge to part them")
    pair.state, pair.decided_by, pair.decided_at = DIFFERENT, by, now
    if keep is not None:
        if keep not in (pair.one_id, pair.other_id):
            raise Refusal("not-of-the-pair", "keep one of the two records of the pair")
        gone = pair.other_id if keep == pair.one_id else pair.one_id
        pair.merge_id = merges.merge(session, account_id, keep, gone, by=by, now=now).id
        pair.state = MERGED
    session.flush()
    return pair


def comparables(session: Session, account_id: int) -> Iterator[Comparable]:
    """All customers of an account as they are compared."""
    addresses = _by_customer(session, account_id, Address)
    emails = _by_customer(session, account_id, Email)
    query = select(Customer).where(Customer.account_id == account_id).options(selectinload(Customer.phones))
    for row in session.scalars(query.execution_options(yield_per=1000)):
        place = addresses.get(row.id, [])
        street, number = _split(place[0].street) if place else ("", "")
        yield Comparable(
            id=str(row.id),
            given=row.name,
            surname=row.surname,
            second_surname=row.second_surname,
            national_id=row.rut or "",
            born=(row.birth_date or "").replace("-", ""),
            phones=frozenset(phone.e164 for phone in row.phones),
            emails=frozenset(email.address for email in emails.get(row.id, [])),
            street=street,
            street_number=number,
            locality=place[0].city if place else "",
            postcode=place[0].postal_code if place else "",
        )


def _by_customer(session: Session, account_id: int, kind: type[T]) -> dict[int, list[T]]:
    rows: dict[int, list[T]] = {}
    query = select(kind).where(kind.account_id == account_id, kind.valid_until.is_(None)).order_by(kind.id)
    for row in session.scalars(query):
        rows.setdefault(row.customer_id, []).append(row)
    return rows


def _split(street: str) -> tuple[str, str]:
    """The name and the house number of "Los Aromos 1234, depto. 5"."""
    words = street.replace(",", " ").split()
    for at, word in enumerate(words):
        if at and word.isdigit():
            return " ".join(words[:at]), word
    return street, ""
