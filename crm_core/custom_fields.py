"""Custom fields: what one company wants to know of its customers beyond the columns that all have.

A field is a row of configuration: key, label in both languages, type. Its values are facts like all others, and stand
in `customers.custom` as they are shown.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds, check_version
from ctiserver.core.errors import Refusal

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
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
    pauses_recording: Mapped[bool] = mapped_column(default=False, server_default=false())
    """While an agent is in it, the recording of his talk is paused: card data."""
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


def fields_of(session: Session, account_id: int, *, retired: bool = False) -> Sequence[CustomField]:
    """The account's fields in the order of forms; with `retired` also those that are asked for no longer."""
    query = select(CustomField).where(CustomField.account_id == account_id)
    if not retired:
        query = query.where(CustomField.retired_at.is_(None))
    return session.scalars(query.order_by(CustomField.position, CustomField.id)).all()


def parsed(field: CustomField, value: Any) -> Any:
    """The value as it is kept; None: there is none. Raises Refusal when it is not of the field's type."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = value.strip()
    try:
        return _PARSERS[field.type](field, value)
    except (TypeError, ValueError):
        raise Refusal("wrong_custom_field", f"{field.key}: {value!r} is not {_WANTED[field.type]}") from None


def checked_values(session: Session, account_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept. Raises Refusal for an unknown field or a wrong value."""
    known = {field.key: field for field in fields_of(session, account_id)} if values else {}
    if unknown := sorted(values.keys() - known.keys()):
        raise Refusal("no_such_custom_field", f"there is no custom field {', '.join(unknown)}")
    return {key: parsed(known[key], value) for key, value in values.items()}


def searchable_keys(session: Session, account_id: int) -> list[str]:
    """The fields whose values the search box finds."""
    return [field.key for field in fields_of(session, account_id) if field.searchable]


def is_key(key: str) -> bool:
    """Whether it may name a field."""
    return _KEY.fullmatch(key) is not None


def define(
    session: Session, account_id: int, key: str, *, expected_version: int | None = None, **fields: Any
) -> CustomField:
    """The field, made or changed; its type stays, since values of it may exist. Raises Refusal, StaleVersion."""
    if not is_key(key):
        raise Refusal("wrong_key", f"write the key in small letters, digits and _, not {key!r}")
    found = session.scalar(
        select(CustomField).where(CustomField.account_id == account_id, CustomField.key == key)
    )
    if found is None:
        found = CustomField(account_id=account_id, key=key)
        session.add(found)
    else:
        check_version(found.version, expected_version)
        if fields.get("type", found.type) != found.type:
            raise Refusal("type_stays", f"{key} is of type {found.type}: make another field for another type")
    for name, value in fields.items():
        setattr(found, name, value)
    _check_definition(found)
    session.flush()
    return found


def _check_definition(field: CustomField) -> None:
    if field.type not in TYPES:
        raise Refusal("wrong_type", f"choose one of {', '.join(TYPES)} as the type of {field.key}")
    keys = [choice.get("key") for choice in field.choices or () if isinstance(choice, dict)]
    if field.type == "choice" and (not keys or not all(keys) or len(set(keys)) != len(field.choices)):
        raise Refusal("wrong_choices", f"give {field.key} choices, each with a key of its own and its labels")
    if not (field.label_es and field.label_en):
        raise Refusal("label_needed", f"give {field.key} a name in Spanish and in English")


def _text(_field: CustomField, value: Any) -> str:
    return str(value)


def _number(_field: CustomField, value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    if not isfinite(number):
        raise ValueError
    return number


def _date(_field: CustomField, value: Any) -> str:
    return date.fromisoformat(value).isoformat()


def _choice(field: CustomField, value: Any) -> str:
    if value not in [choice["key"] for choice in field.choices]:
        raise ValueError
    return str(value)


def _yes_no(_field: CustomField, value: Any) -> bool:
    if value not in (True, False, "yes", "no"):
        raise ValueError
    return value in (True, "yes")


_PARSERS = {"text": _text, "number": _number, "date": _date, "choice": _choice, "yes_no": _yes_no}
_WANTED = {
    "text": "a text",
    "number": "a number",
    "date": "a date like 1984-03-27",
    "choice": "one of its choices",
    "yes_no": "yes or no",
}
