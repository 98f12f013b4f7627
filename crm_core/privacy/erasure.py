"""Erasing a person: whatever is his goes, and what the company must keep stays without him.

One transaction. His record remains as an empty shell that no query shows, because invoices and payments name it and
sums must stay right; records merged into it are deleted, with what they alone still held. Contacts and cases stay with
times, queue and outcome and belong to nobody. Telephone numbers and e-mails that were his alone stand on the
do-not-call list from then on, unreadable, so that a list that is bought or imported later does not call him again.
Files go after the commit: `files_left` says which are still there; the jobs process takes them away.

Refused while a legal hold stands, and while a contact with him goes on or has just ended, for its record is still
being written. What is outside of the database is bounded in time instead: the journal drops its segments once they
are read and covered by a snapshot; backups and Asterisk's own files follow the company's rules for them.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey, Index, Table, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.base import Base, EpochSeconds
from crm_core.customers import Customer, customer
from crm_core.dials import IN_FLIGHT, Dial
from crm_core.interactions import Interaction
from crm_core.paging import By, Page, page
from crm_core.permission.do_not_call import DoNotCall
from crm_core.permission.rules import OWN_LIST
from crm_core.permission.unreadable import made_unreadable
from crm_core.plain_text import plain
from crm_core.privacy import legal_holds, quotes
from crm_core.privacy.export import counted
from crm_core.privacy.files import files_of
from crm_core.privacy.ownership import Person
from crm_core.privacy.parts import PARTS, emptied, his
from crm_core.privacy.persons import person_of
from ctiserver.core.errors import Refusal

GROUNDS = ("asked", "consent_taken_back", "no_longer_needed", "unlawful")
"""Why somebody is erased, in the words of article 17 of the GDPR; no free text, which would quote him again."""
SETTLED_AFTER_SECONDS = 900.0
"""So long after its end a contact's record may still be written."""
LONGEST_CONTACT_SECONDS = 14_400.0
"""A contact that began longer ago and has no end has lost it: the fuse of a talk is four hours."""


class Erasure(Base):
    """That somebody was erased. `customer_id` is the empty shell; `counts` rows by table."""

    __tablename__ = "erasures"
    __table_args__ = (
        Index(None, "account_id", "at"),
        Index("ix_erasures_files_gone_at", "files_gone_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    customer_id: Mapped[int]
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    ground: Mapped[str]
    counts: Mapped[dict[str, Any]]
    files_left: Mapped[list[Any]]
    """[[kind, name]] of the files that are still to be removed."""
    files_gone_at: Mapped[EpochSeconds | None]
    """None: some are still there."""


def erase(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    confirmation: str,
    ground: str,
    by: str,
    now: float,
) -> Erasure:
    """The erasure, done. `confirmation` is the customer's name as somebody typed it. Raises NotFound, Refusal."""
    own = customer(session, account_id, customer_id)
    refuse_if_forbidden(session, account_id, customer_id, now=now)
    _check(own, confirmation, ground)
    person = person_of(session, account_id, customer_id)
    files, counts = files_of(session, person), counted(session, person)
    _silence(session, person, by=by, now=now)
    quotes.forget(session, person, quotes.marks_of(session, person))
    session.flush()
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in PARTS and table.name != "customers":
            _take_away(session, table, person)
    _leave_a_shell(session, person, now)
    session.expire_all()
    done = Erasure(
        account_id=account_id,
        customer_id=person.id,
        at=now,
        by=by,
        ground=ground,
        counts=counts,
        files_left=[list(one) for one in files],
        files_gone_at=None if files else now,
    )
    session.add(done)
    session.flush()
    subject = f"customer {person.id}"
    after = {"ground": ground, "rows": sum(counts.values()), "files": len(files)}
    audit.note(
        session, account_id=account_id, at=now, by=by, action="erase customer", subject=subject, after=after
    )
    return done


def refuse_if_forbidden(session: Session, account_id: int, customer_id: int, *, now: float) -> None:
    """Raises Refusal when nobody may erase him now."""
    if standing := legal_holds.standing(session, account_id, customer_id):
        raise Refusal(
            "legal_hold",
            f"a legal hold forbids it ({standing.reason}): lift it first, if it no longer stands",
        )
    settled = func.coalesce(Interaction.ended_at, Interaction.arrived_at)
    under_way = select(Interaction.id).where(
        Interaction.account_id == account_id,
        Interaction.customer_id == customer_id,
        Interaction.arrived_at > now - LONGEST_CONTACT_SECONDS,
        Interaction.ended_at.is_(None) | (settled > now - SETTLED_AFTER_SECONDS),
    )
    dialling = select(Dial.id).where(
        Dial.account_id == account_id, Dial.customer_id == customer_id, Dial.state.in_(IN_FLIGHT)
    )
    if any(session.scalar(query.limit(1)) is not None for query in (under_way, dialling)):
        raise Refusal(
            "contact_under_way",
            "a contact with him goes on or has just ended: try again in a quarter of an hour",
        )


def erasure_of(session: Session, account_id: int, customer_id: int) -> Erasure | None:
    """How this customer was erased; None: he was not."""
    query = select(Erasure).where(Erasure.account_id == account_id, Erasure.customer_id == customer_id)
    return session.scalar(query)


def with_files_left(session: Session, limit: int = 20) -> Sequence[Erasure]:
    """Erasures of any account of which files are still there, the oldest first."""
    query = select(Erasure).where(Erasure.files_gone_at.is_(None)).order_by(Erasure.id)
    return session.scalars(query.limit(limit)).all()


def files_removed(session: Session, erasure_id: int, left: Sequence[Sequence[str]], *, now: float) -> None:
    """Only `left` is still there."""
    done = session.get_one(Erasure, erasure_id)
    done.files_left = [list(one) for one in left]
    done.files_gone_at = None if left else now
    session.flush()


def erasures(
    session: Session, account_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[Erasure]:
    """A page of them, the latest first."""
    query = select(Erasure).where(Erasure.account_id == account_id)
    return page(session, query, [By(Erasure.id, True)], cursor=cursor, limit=limit)


def _check(own: Customer, confirmation: str, ground: str) -> None:
    if plain(confirmation) != plain(own.display_name):
        raise Refusal("wrong_confirmation", f"write his name as it is shown: {own.display_name}")
    if ground not in GROUNDS:
        raise Refusal("wrong_ground", f"choose one of {', '.join(GROUNDS)}")


def _silence(session: Session, person: Person, *, by: str, now: float) -> None:
    """His addresses stay on the list, unreadable; those that nobody had put there come onto it."""
    for address in person.addresses:
        unreadable = made_unreadable(session, person.account_id, address)
        listed = session.scalars(
            select(DoNotCall).where(
                DoNotCall.account_id == person.account_id,
                DoNotCall.address == address,
                DoNotCall.on_list == OWN_LIST,
            )
        ).all()
        for row in listed:
            row.address = unreadable
        if not any(row.until is None for row in listed):
            session.add(
                DoNotCall(
                    account_id=person.account_id,
                    address=unreadable,
                    on_list=OWN_LIST,
                    since=now,
                    source=quotes.ERASED,
                    by=by,
                    ended_by="",
                )
            )
    session.flush()


def _take_away(session: Session, table: Table, person: Person) -> None:
    part, ours = PARTS[table.name], his(table.name, person)
    if not part.stays:
        session.execute(delete(table).where(ours))
        return
    values = emptied(table.name)
    if "customer_id" in part.stays:
        values["customer_id"] = person.id  # what a merged record still held, too
    if "version" in table.c:
        values["version"] = table.c.version + 1  # who has read the row before must not save it again
    if values:
        session.execute(update(table).where(ours).values(values))


def _leave_a_shell(session: Session, person: Person, now: float) -> None:
    shell = Customer.__table__
    merged = [number for number in person.ids if number != person.id]
    values = emptied("customers") | {"version": shell.c.version + 1, "erased_at": now, "updated_at": now}
    session.execute(update(Customer).where(Customer.id.in_(merged)).values(merged_into=None))
    session.execute(delete(Customer).where(Customer.id.in_(merged)))
    session.execute(update(Customer).where(Customer.id == person.id).values(values))
