"""Attachments: files of a customer, kept on disk under the hash of their content.

The same content is stored once. What a file is, its first bytes say, not its name: what is not on the list is refused,
so that nobody stores a program or a page that a browser would run.
"""

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base
from crm_core.provenance import Sourced


class Attachment(Sourced, Base):
    """A file of one customer; `sha256` names its content."""

    __tablename__ = "attachments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id", "known_at"),
        Index(None, "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    name: Mapped[str]
    """As its owner calls it; never a path."""
    sha256: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
