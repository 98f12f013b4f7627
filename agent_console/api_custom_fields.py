"""The company's own fields of a customer: what there are, and defining them."""

from typing import Any

import msgspec

from agent_console.operations import Call, Operations
from agent_console.preconditions import given_version
from agent_console.roles import Permission
from crm_core import audit, custom_fields
from crm_core.custom_fields import CustomField


class FieldChoice(msgspec.Struct, kw_only=True):
    """One value of a choice."""

    key: str
    label_es: str
    label_en: str


class FieldDefinition(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`type`: text, number, date, choice or yes_no; it stays. `retired_at` None: it is asked for.

    `pauses_recording`: while an agent is in it, the recording of his talk is paused.
    """

    label_es: str
    label_en: str
    type: str
    choices: list[FieldChoice] = []
    searchable: bool = False
    position: int = 0
    retired_at: float | None = None
    pauses_recording: bool = False


class FieldRow(FieldDefinition, kw_only=True):
    """As it is kept."""

    key: str
    version: int


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("GET", "/custom-fields", Permission.READ_CUSTOMERS, "The company's own fields, in order")
    def list_custom_fields(call: Call) -> list[FieldRow]:
        return call.services.store.read(
            lambda session: [
                _row(one) for one in custom_fields.fields_of(session, call.principal.account_id, retired=True)
            ]
        )

    @operations.add("PUT", "/custom-fields/{key}", Permission.CHANGE_CONFIGURATION, "Define a field")
    def define_custom_field(call: Call, key: str, body: FieldDefinition) -> FieldRow:
        expected, fields, who = given_version(), msgspec.to_builtins(body), call.principal

        def change(session: Any) -> FieldRow:
            found = custom_fields.define(session, who.account_id, key, expected_version=expected, **fields)
            audit.note(
                session,
                account_id=who.account_id,
                at=call.services.now(),
                by=who.login,
                action="define custom field",
                subject=key,
                after=fields,
            )
            return _row(found)

        return call.services.store.write(change)


def _row(found: CustomField) -> FieldRow:
    return FieldRow(
        key=found.key,
        version=found.version,
        label_es=found.label_es,
        label_en=found.label_en,
        type=found.type,
        choices=msgspec.convert(found.choices, list[FieldChoice]),
        searchable=found.searchable,
        position=found.position,
        retired_at=found.retired_at,
        pauses_recording=found.pauses_recording,
    )
