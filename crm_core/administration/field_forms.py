"""Fields that a company adds: to what agents fill in after contacts, and to what it knows of its customers.

A field's key and type stay, since records hold values of it; a field is retired, never deleted.
"""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import custom_fields
from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.custom_fields import CustomField, fields_of
from crm_core.queues import Queue, queue
from crm_core.wrap_up_fields import TYPES, WrapUpField, wrap_up_fields_of
from ctiserver.core.errors import Mistake

MOST_FIELDS = 20
"""In one form: more nobody fills in while a customer waits for the next agent."""


class ChoiceForm(msgspec.Struct, kw_only=True):
    """One value of a choice."""

    key: str
    label_es: str
    label_en: str


class WrapUpFieldForm(msgspec.Struct, kw_only=True):
    """What agents fill in after contacts. `queue` None: in every queue; `type`: text, number, date or choice."""

    key: str
    queue: str | None = None
    label_es: str
    label_en: str
    type: str = "text"
    choices: list[ChoiceForm] = []
    required: bool = False
    position: int = 0
    retired: bool = False


class WrapUpFields(Thing[WrapUpField, WrapUpFieldForm]):
    """Named by their keys."""

    name = "wrap_up_field"

    def rows(self, session: Session, account_id: int) -> Sequence[WrapUpField]:
        return wrap_up_fields_of(session, account_id, with_retired=True)

    def id(self, row: WrapUpField) -> str:
        return row.key

    def read(self, session: Session, row: WrapUpField) -> WrapUpFieldForm:
        return WrapUpFieldForm(
            key=row.key,
            queue=row.queue.key if row.queue else None,
            label_es=row.label_es,
            label_en=row.label_en,
            type=row.type,
            choices=msgspec.convert(row.choices, list[ChoiceForm]),
            required=row.required,
            position=row.position,
            retired=row.retired,
        )

    def mistakes(
        self, session: Session, author: Author, row: WrapUpField | None, form: WrapUpFieldForm
    ) -> list[Mistake]:
        known = self.rows(session, author.account_id)
        queues = session.scalars(select(Queue.key).where(Queue.account_id == author.account_id)).all()
        found = [
            *checks.key("key", form.key, row.key if row else None, [one.key for one in known]),
            *checks.filled(label_es=form.label_es, label_en=form.label_en),
            *checks.known("queue", form.queue, queues),
            *_typed(form.type, row.type if row else None, TYPES),
            *_chosen(form.type, form.choices),
        ]
        beside = [one for one in known if one is not row and not one.retired and _meet(one, form.queue)]
        if not form.retired and len(beside) >= MOST_FIELDS:
            text = f"a form has at most {MOST_FIELDS} fields: retire another one first"
            found.append(Mistake("queue", text, "form_full"))
        return found

    def make(self, session: Session, account_id: int, form: WrapUpFieldForm) -> WrapUpField:
        row = WrapUpField(account_id=account_id, key=form.key, type=form.type)
        self.change(session, row, form)
        session.add(row)
        return row

    def change(self, session: Session, row: WrapUpField, form: WrapUpFieldForm) -> None:
        row.queue = queue(session, row.account_id, form.queue) if form.queue else None
        row.label_es, row.label_en = form.label_es, form.label_en
        row.choices = msgspec.to_builtins(form.choices)
        row.required, row.position, row.retired = form.required, form.position, form.retired

    def remove(self, session: Session, author: Author, row: WrapUpField) -> bool:
        row.retired = True
        return True


def _meet(one: WrapUpField, queue_key: str | None) -> bool:
    """Whether it is asked for in a form with a field of this queue."""
    return one.queue is None or queue_key is None or one.queue.key == queue_key


def _typed(given: str, before: str | None, types: Sequence[str]) -> Iterator[Mistake]:
    if before is not None and given != before:
        yield Mistake("type", "stays: records hold values of it", "fixed")
    elif given not in types:
        yield Mistake("type", f"choose one of {', '.join(types)}", "unknown")


def _chosen(kind: str, choices: Sequence[ChoiceForm]) -> Iterator[Mistake]:
    keys = [one.key.strip() for one in choices]
    if kind != "choice" and keys:
        yield Mistake("choices", "only a choice has these: leave it empty, or make it a choice", "no_choices")
    elif kind == "choice" and (not keys or not all(keys) or len(set(keys)) < len(keys)):
        yield Mistake("choices", "write each choice with a key of its own: gas = Gas / Gas", "wrong_choices")
    elif any(not (one.label_es.strip() and one.label_en.strip()) for one in choices):
        yield Mistake("choices", "give each choice a name in Spanish and in English", "wrong_choices")


class CustomFieldForm(msgspec.Struct, kw_only=True):
    """What the company wants to know of its customers beyond what all have; `type` as in `custom_fields.TYPES`.

    `searchable`: the search box finds its values; `pauses_recording`: while an agent is in it, no talk is recorded.
    """

    key: str
    label_es: str
    label_en: str
    type: str = "text"
    choices: list[ChoiceForm] = []
    searchable: bool = False
    pauses_recording: bool = False
    position: int = 0
    retired: bool = False


class CustomFields(Thing[CustomField, CustomFieldForm]):
    """Named by their keys. `at`: now, when one is retired (UTC epoch seconds)."""

    name = "custom_field"

    def __init__(self, at: float) -> None:
        self._at = at

    def rows(self, session: Session, account_id: int) -> Sequence[CustomField]:
        return fields_of(session, account_id, retired=True)

    def id(self, row: CustomField) -> str:
        return row.key

    def read(self, session: Session, row: CustomField) -> CustomFieldForm:
        return CustomFieldForm(
            key=row.key,
            label_es=row.label_es,
            label_en=row.label_en,
            type=row.type,
            choices=msgspec.convert(row.choices, list[ChoiceForm]),
            searchable=row.searchable,
            pauses_recording=row.pauses_recording,
            position=row.position,
            retired=row.retired_at is not None,
        )

    def mistakes(
        self, session: Session, author: Author, row: CustomField | None, form: CustomFieldForm
    ) -> list[Mistake]:
        known = [one.key for one in self.rows(session, author.account_id)]
        named = custom_fields.is_key(form.key)
        return [
            *checks.key("key", form.key, row.key if row else None, known),
            *([] if row or named else [Mistake("key", "begin with a letter, without -", "wrong_field_key")]),
            *checks.filled(label_es=form.label_es, label_en=form.label_en),
            *_typed(form.type, row.type if row else None, custom_fields.TYPES),
            *_chosen(form.type, form.choices),
        ]

    def make(self, session: Session, account_id: int, form: CustomFieldForm) -> CustomField:
        row = CustomField(account_id=account_id, key=form.key, type=form.type)
        self.change(session, row, form)
        session.add(row)
        return row

    def change(self, session: Session, row: CustomField, form: CustomFieldForm) -> None:
        row.label_es, row.label_en = form.label_es, form.label_en
        row.choices = msgspec.to_builtins(form.choices)
        row.searchable, row.pauses_recording = form.searchable, form.pauses_recording
        row.position = form.position
        row.retired_at = (row.retired_at or self._at) if form.retired else None

    def remove(self, session: Session, author: Author, row: CustomField) -> bool:
        row.retired_at = row.retired_at or author.at
        return True
