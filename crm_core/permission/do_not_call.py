"""Addresses that must not be contacted: the account's own list, and public registers that were imported.

The own list holds who asked us; it forbids every purpose that heeds it. A register (REPEP, No Llame, ...) forbids
what the legal profile rows that name it speak of. Nobody is deleted from a list: his entry ends, and stays to be seen.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.base import Base, EpochSeconds
from crm_core.paging import By, Page, page
from crm_core.permission.rules import OWN_LIST
from crm_core.permission.unreadable import as_listed
from ctiserver.core.errors import NotFound, Refusal

_AT_ONCE = 500


class DoNotCall(Base):
    """One address on one list. `until` None: it stands."""

    __tablename__ = "do_not_call"
    __table_args__ = (Index(None, "account_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    address: Mapped[str]
    """A number in E.164, or an e-mail in small letters; of who was erased, what `unreadable` made of it."""
    on_list: Mapped[str]
    """`own`, or the register's name."""
    since: Mapped[EpochSeconds]
    until: Mapped[EpochSeconds | None]
    source: Mapped[str]
    by: Mapped[str]
    ended_by: Mapped[str]


def add(session: Session, account_id: int, address: str, *, source: str, by: str, now: float) -> DoNotCall:
    """Puts an address on the own list; one that is there already stays as it is. Raises Refusal."""
    if not source.strip():
        raise Refusal("no_source", "say where the customer asked for it")
    same = as_listed(session, account_id, address)
    there = session.scalar(_standing(account_id, OWN_LIST, now).where(DoNotCall.address.in_(same)))
    if there is not None:
        return there
    row = _row(account_id, address, OWN_LIST, source.strip(), by, now)
    session.add(row)
    session.flush()
    _note(session, row, now, by, "do_not_call.added")
    return row


def end(session: Session, account_id: int, entry_id: int, *, by: str, now: float) -> DoNotCall:
    """Ends an entry. Raises NotFound."""
    row = session.scalar(
        select(DoNotCall).where(DoNotCall.account_id == account_id, DoNotCall.id == entry_id)
    )
    if row is None:
        raise NotFound(f"account {account_id} has no entry {entry_id}")
    if row.until is None or row.until > now:
        row.until, row.ended_by = now, by
        _note(session, row, now, by, "do_not_call.ended")
        session.flush()
    return row


def replace_register(
    session: Session, account_id: int, register: str, addresses: Iterable[str], *, by: str, now: float
) -> tuple[int, int]:
    """Makes the register hold exactly these addresses from now on; how many came and how many went.

    Raises Refusal for a register without a name, or the own list's.
    """
    if not register.strip() or register == OWN_LIST:
        raise Refusal("wrong_register", "name the register as the legal profiles do, such as REPEP")
    wanted = dict.fromkeys(addresses)
    there = set(session.scalars(_standing(account_id, register, now).with_only_columns(DoNotCall.address)))
    new = [address for address in wanted if address not in there]
    gone = sorted(there - wanted.keys())
    for place in range(0, len(gone), _AT_ONCE):
        session.execute(
            update(DoNotCall)
            .where(
                DoNotCall.account_id == account_id,
                DoNotCall.on_list == register,
                DoNotCall.until.is_(None),
                DoNotCall.address.in_(gone[place : place + _AT_ONCE]),
            )
            .values(until=now, ended_by=by)
        )
    session.add_all(_row(account_id, address, register, "register", by, now) for address in new)
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="do_not_call.register",
        subject=register,
        after={"came": len(new), "gone": len(gone)},
    )
    session.flush()
    return len(new), len(gone)


def entries(
    session: Session,
    account_id: int,
    *,
    now: float,
    contains: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[DoNotCall]:
    """A page of what stands on the lists, the latest first; `contains` is a part of the address."""
    rows = select(DoNotCall).where(_stands(account_id, now))
    if contains:
        rows = rows.where(DoNotCall.address.contains(contains, autoescape=True))
    order = [By(DoNotCall.since, True), By(DoNotCall.id, True)]
    return page(session, rows, order, cursor=cursor, limit=limit)


def counts(session: Session, account_id: int, *, now: float) -> dict[str, int]:
    """How many addresses stand on each list."""
    rows = select(DoNotCall.on_list, func.count()).where(_stands(account_id, now)).group_by(DoNotCall.on_list)
    return {on_list: count for on_list, count in session.execute(rows.order_by(DoNotCall.on_list))}


def of_address(session: Session, account_id: int, address: str) -> Sequence[DoNotCall]:
    """Every entry of an address, those that ended too."""
    same = as_listed(session, account_id, address)
    rows = select(DoNotCall).where(DoNotCall.account_id == account_id, DoNotCall.address.in_(same))
    return session.scalars(rows.order_by(DoNotCall.id)).all()


def _stands(account_id: int, now: float) -> ColumnElement[bool]:
    return (DoNotCall.account_id == account_id) & or_(DoNotCall.until.is_(None), DoNotCall.until > now)


def _standing(account_id: int, on_list: str, now: float) -> Select[DoNotCall]:
    return select(DoNotCall).where(_stands(account_id, now), DoNotCall.on_list == on_list)


def _row(account_id: int, address: str, on_list: str, source: str, by: str, now: float) -> DoNotCall:
    return DoNotCall(
        account_id=account_id, address=address, on_list=on_list, since=now, source=source, by=by, ended_by=""
    )


def _note(session: Session, row: DoNotCall, now: float, by: str, action: str) -> None:
    after = {"source": row.source}
    audit.note(
        session, account_id=row.account_id, at=now, by=by, action=action, subject=row.address, after=after
    )
