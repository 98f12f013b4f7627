"""Records that are probably one customer, found by the jobs process and decided upon by people.

The search goes through an account once: blocks of records that share a key (`blocking`), evidence for each pair
(`likeness`). What somebody has called two different customers is not shown again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import CheckConstraint, Double, ForeignKeyConstraint, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, selectinload

from crm_core import audit, blocking, merges
from crm_core.base import Base, EpochSeconds
from crm_core.contact_points import Address, Email
from crm_core.customers import Customer
from crm_core.likeness import DUPLICATE, Comparable, weight
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.message import Frozen

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


class Alike(Frozen):
    """Two records that are probably one, the lower id first; `weight` in bits."""

    one_id: int
    other_id: int
    weight: float


def search(session: Session, account_id: int, *, now: float) -> int:
    """Looks for duplicates in the whole account; how many new pairs it found."""
    return keep(session, account_id, list(alike(comparables(session, account_id))), now=now)


def alike(records: Iterable[Comparable]) -> Iterator[Alike]:
    """The pairs among the records that are probably one."""
    by_id = {record.id: record for record in records}
    for one, other in sorted(blocking.pairs(by_id.values())):
        bits = weight(by_id[one], by_id[other])
        if bits >= DUPLICATE:
            low, high = sorted((int(one), int(other)))
            yield Alike(one_id=low, other_id=high, weight=bits)


def keep(session: Session, account_id: int, found: Collection[Alike], *, now: float) -> int:
    """Writes down the pairs that nobody knew of; how many. Whoever was deleted meanwhile is passed over."""
    ids = {id_ for pair in found for id_ in (pair.one_id, pair.other_id)}
    here = set(
        session.scalars(select(Customer.id).where(Customer.account_id == account_id, Customer.id.in_(ids)))
    )
    query = select(DuplicatePair.one_id, DuplicatePair.other_id)
    query = query.where(DuplicatePair.account_id == account_id, DuplicatePair.one_id.in_(ids))
    known = {(one, other) for one, other in session.execute(query)}
    new = [
        DuplicatePair(account_id=account_id, one_id=one, other_id=other, weight=pair.weight, found_at=now)
        for pair in found
        if (one := pair.one_id) in here and (other := pair.other_id) in here and (one, other) not in known
    ]
    session.add_all(new)
    session.flush()
    return len(new)


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
    pair = _pair(session, account_id, pair_id)
    if pair.state == MERGED:
        raise Refusal("already_merged", "the two were merged before: undo the merge to part them")
    pair.state, pair.decided_by, pair.decided_at = DIFFERENT, by, now
    if keep is not None:
        if keep not in (pair.one_id, pair.other_id):
            raise Refusal("not_of_the_pair", "keep one of the two records of the pair")
        gone = pair.other_id if keep == pair.one_id else pair.one_id
        pair.merge_id = merges.merge(session, account_id, keep, gone, by=by, now=now).id
        pair.state = MERGED
    else:
        _note(session, pair, "call customers different", by, now)
    session.flush()
    return pair


def reopen(session: Session, account_id: int, pair_id: int, *, by: str, now: float) -> DuplicatePair:
    """Take a decision back; what was merged is parted. Raises NotFound, Refusal."""
    pair = _pair(session, account_id, pair_id)
    if pair.state == OPEN:
        raise Refusal("nothing_decided", "nothing was decided about these two: there is nothing to undo")
    if pair.state == MERGED and pair.merge_id is not None:
        merges.undo(session, account_id, pair.merge_id, by=by, now=now)
    else:
        _note(session, pair, "take back that customers are different", by, now)
    _open(pair)
    session.flush()
    return pair


def undo_merge(session: Session, account_id: int, merge_id: int, *, by: str, now: float) -> merges.Merge:
    """Part two records; a pair that was merged so waits for a decision again. Raises NotFound, Refusal."""
    done = merges.undo(session, account_id, merge_id, by=by, now=now)
    query = select(DuplicatePair).where(DuplicatePair.account_id == account_id)
    for pair in session.scalars(query.where(DuplicatePair.merge_id == merge_id)):
        _open(pair)
    session.flush()
    return done


def _open(pair: DuplicatePair) -> None:
    pair.state, pair.decided_by, pair.decided_at, pair.merge_id = OPEN, "", None, None


def _pair(session: Session, account_id: int, pair_id: int) -> DuplicatePair:
    query = select(DuplicatePair).where(DuplicatePair.account_id == account_id, DuplicatePair.id == pair_id)
    if pair := session.scalar(query):
        return pair
    raise NotFound(f"account {account_id} has no pair {pair_id}")


def _note(session: Session, pair: DuplicatePair, action: str, by: str, now: float) -> None:
    audit.note(
        session,
        account_id=pair.account_id,
        at=now,
        by=by,
        action=action,
        subject=f"customer {pair.one_id}",
        after={"other": pair.other_id},
    )


def comparables(
    session: Session, account_id: int, ids: Collection[int] | None = None
) -> Iterator[Comparable]:
    """Customers of an account as they are compared: all, or those with these ids."""
    addresses = _by_customer(session, account_id, Address, ids)
    emails = _by_customer(session, account_id, Email, ids)
    query = select(Customer).where(Customer.account_id == account_id).options(selectinload(Customer.phones))
    if ids is not None:
        query = query.where(Customer.id.in_(ids))
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


def _by_customer(
    session: Session, account_id: int, kind: type[T], ids: Collection[int] | None
) -> dict[int, list[T]]:
    rows: dict[int, list[T]] = {}
    query = select(kind).where(kind.account_id == account_id, kind.valid_until.is_(None)).order_by(kind.id)
    if ids is not None:
        query = query.where(kind.customer_id.in_(ids))
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
