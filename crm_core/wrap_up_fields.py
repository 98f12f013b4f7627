"""What agents fill in after contacts before their wrap-up ends: fields of one queue, or of all queues of an account.

The engines refuse a result while a required one is empty (`acd.wrap_up_form`). The record of a segment keeps what was
filled in together with what the field was called then, since forms change and records stay.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, ConfiguresEngines
from crm_core.queues import Queue

TYPES = ("text", "number", "date", "choice")


class WrapUpField(ConfiguresEngines, Base):
    """One field; its key is unique in the account. `choices`: [{"key", "label_es", "label_en"}], of a choice alone."""

    __tablename__ = "wrap_up_fields"
    __table_args__ = (
        Index("uq_wrap_up_fields_account_id_key", "account_id", "key", unique=True),
        CheckConstraint("type IN ('text', 'number', 'date', 'choice')", "type"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id", ondelete="CASCADE"))
    """None: every queue of the account."""
    key: Mapped[str]
    label_es: Mapped[str]
    label_en: Mapped[str]
    type: Mapped[str]
    choices: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    required: Mapped[bool] = mapped_column(default=False, server_default=false())
    position: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Its place in the form."""
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It stays in the records and is asked for no more."""

    queue: Mapped[Queue | None] = relationship(lazy="joined")


def wrap_up_fields_of(
    session: Session, account_id: int, *, with_retired: bool = False
) -> Sequence[WrapUpField]:
    """The account's fields in the order of forms; with `with_retired` also those that are asked for no longer."""
    query = select(WrapUpField).where(WrapUpField.account_id == account_id)
    if not with_retired:
        query = query.where(WrapUpField.retired.is_(False))
    return session.scalars(query.order_by(WrapUpField.position, WrapUpField.key)).all()


def told(session: Session, account_id: int, answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """The answers in the order of the form: [{"key", "label": {language: name}, "value"}], and "text" of a choice."""
    fields = {row.key: row for row in wrap_up_fields_of(session, account_id, with_retired=True)}
    place = {key: number for number, key in enumerate(fields)}
    given = sorted(answers.items(), key=lambda item: place.get(item[0], len(place)))
    return [_told(fields.get(key), key, value) for key, value in given]


def _told(field: WrapUpField | None, key: str, value: str) -> dict[str, Any]:
    if field is None:
        return {"key": key, "label": {}, "value": value}
    chosen = next((one for one in field.choices if one["key"] == value), None) if field.choices else None
    named = {"text": {"es": chosen["label_es"], "en": chosen["label_en"]}} if chosen else {}
    return {"key": key, "label": {"es": field.label_es, "en": field.label_en}, "value": value} | named
