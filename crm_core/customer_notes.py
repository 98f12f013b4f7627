"""Notes on a customer: what somebody wrote down on a day. They are added, not changed."""

from sqlalchemy import ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.paging import By, Page, page
from crm_core.timeline_entry import entry
from ctiserver.core.errors import Refusal


class CustomerNote(Base):
    """One note, of a contact or of none."""

    __tablename__ = "customer_notes"
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
    by: Mapped[str]
    text: Mapped[str]
    contact_id: Mapped[str | None]


def write_note(
    session: Session,
    account_id: int,
    customer_id: int,
    text: str,
    *,
    by: str,
    at: float,
    contact_id: str | None = None,
) -> CustomerNote:
    """The new note. Raises Refusal for an empty one."""
    if not text.strip():
        raise Refusal("empty_note", "write something before you save the note")
    note = CustomerNote(
        account_id=account_id, customer_id=customer_id, text=text.strip(), by=by, at=at, contact_id=contact_id
    )
    session.add(note)
    session.flush()
    return note


def notes_of(
    session: Session, account_id: int, customer_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[CustomerNote]:
    """A page of his notes, the latest first."""
    query = select(CustomerNote).where(
        CustomerNote.account_id == account_id, CustomerNote.customer_id == customer_id
    )
    order = [By(CustomerNote.at, True), By(CustomerNote.id, True)]
    return page(session, query, order, cursor=cursor, limit=limit)


TIMELINE = entry("note", CustomerNote, CustomerNote.at, title=CustomerNote.text, by=CustomerNote.by)
