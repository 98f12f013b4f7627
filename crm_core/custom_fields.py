"""Custom fields: what one company wants to know of its customers beyond the columns that all have.

A field is a row of configuration: key, label in both languages, type. Its values are facts like all others, and stand
in `customers.custom` as they are shown.
"""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds

TYPES = ("text", "number", "date", "choice", "yes_no")


class CustomField(Base):
    """One field of an account. `choices`: [{"key", "label_es", "label_en"}], of the type choice alone."""

    __tablename__ = "custom_fields"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        CheckConstraint("type IN ('text', 'number', 'date', 'choice', 'yes_no')", "type"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    label_es: Mapped[str]
    label_en: Mapped[str]
    type: Mapped[str]
    choices: Mapped[list[Any]] = mapped_column(default=list)
    searchable: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    """Its place in forms."""
    retired_at: Mapped[EpochSeconds | None]
    """None: it is asked for."""
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}
