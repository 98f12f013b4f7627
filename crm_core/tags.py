"""Tags: the company's own words on a customer, in lower case."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ForeignKeyConstraint, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base
from ctiserver.core.errors import Refusal

LONGEST_TAG = 40


class CustomerTag(Base):
    """One word on one customer."""

    __tablename__ = "customer_tags"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "tag"),
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]


def tags_of(session: Session, account_id: int, customer_id: int) -> Sequence[str]:
    """His tags, in alphabetical order."""
    query = select(CustomerTag.tag).where(
        CustomerTag.account_id == account_id, CustomerTag.customer_id == customer_id
    )
    return session.scalars(query.order_by(CustomerTag.tag)).all()


def set_tags(session: Session, account_id: int, customer_id: int, tags: Iterable[str]) -> None:
    """From now on he has these tags and no other. Raises Refusal for an empty or overlong one."""
    wanted = sorted({" ".join(tag.casefold().split()) for tag in tags})
    if wrong := [tag for tag in wanted if not 0 < len(tag) <= LONGEST_TAG]:
        raise Refusal("wrong_tag", f"write a tag of 1 to {LONGEST_TAG} letters instead of {wrong[0]!r}")
    session.execute(
        delete(CustomerTag).where(
            CustomerTag.account_id == account_id, CustomerTag.customer_id == customer_id
        )
    )
    session.add_all(CustomerTag(account_id=account_id, customer_id=customer_id, tag=tag) for tag in wanted)
    session.flush()


def tags_in_use(session: Session, account_id: int) -> dict[str, int]:
    """Every tag of the account and how many customers bear it, in alphabetical order."""
    query = select(CustomerTag.tag, func.count()).where(CustomerTag.account_id == account_id)
    return {
        tag: count
        for tag, count in session.execute(query.group_by(CustomerTag.tag).order_by(CustomerTag.tag))
    }
