"""What an agent's or supervisor's page needs to know of the configuration."""

import msgspec

from agent_console.operations import Call, Operations
from crm_core.contact_reasons import ContactReason, reasons_of_account
from crm_core.dispositions import Disposition, dispositions_of_account
from crm_core.pause_reasons import PauseReason, pause_reasons_of_account
from crm_core.queues import Queue, queues_of_account
from crm_core.wrap_up_fields import WrapUpField, wrap_up_fields_of


class DispositionChoice(msgspec.Struct, kw_only=True):
    """`queue` None: in every queue; `effect`: what it brings about, "" for nothing."""

    code: str
    queue: str | None
    label_es: str
    label_en: str
    needs_note: bool
    asks_call_back: bool
    effect: str


class FormChoice(msgspec.Struct, kw_only=True):
    """One value of a choice."""

    key: str
    label_es: str
    label_en: str


class FormField(msgspec.Struct, kw_only=True):
    """What an agent fills in after a contact. `queue` None: in every queue; `type`: text, number, date or choice."""

    key: str
    queue: str | None
    label_es: str
    label_en: str
    type: str
    choices: list[FormChoice]
    required: bool


class QueueName(msgspec.Struct, kw_only=True):
    """A queue and what people call it; who waits longer than `service_level_seconds` waits too long.

    `record_on_demand`: its agents say when a talk is recorded; `hold_reminder_seconds`: after so long on hold an agent
    is reminded of his caller, None: never.
    """

    key: str
    name: str
    emergency: bool
    service_level_seconds: float
    record_on_demand: bool
    hold_reminder_seconds: int | None


class ReasonChoice(msgspec.Struct, kw_only=True):
    """Why a customer came; `parent`: the wider reason; `guessed_by`: `name=value` of what he told the menu."""

    key: str
    parent: str | None
    label_es: str
    label_en: str
    guessed_by: list[str]


class PauseChoice(msgspec.Struct, kw_only=True):
    """Why an agent takes no contacts."""

    key: str
    label_es: str
    label_en: str


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("GET", "/dispositions", None, "How contacts may end")
    def dispositions(call: Call) -> list[DispositionChoice]:
        account = call.principal.account_id
        return call.services.store.read(
            lambda session: [_choice(row) for row in dispositions_of_account(session, account)]
        )

    @operations.add("GET", "/wrap-up-fields", None, "What is filled in after contacts, in the order to ask")
    def wrap_up_fields(call: Call) -> list[FormField]:
        account = call.principal.account_id
        return call.services.store.read(
            lambda session: [_form_field(row) for row in wrap_up_fields_of(session, account)]
        )

    @operations.add("GET", "/queues", None, "The queues of my account")
    def queues(call: Call) -> list[QueueName]:
        account = call.principal.account_id
        return call.services.store.read(
            lambda session: [_queue_name(row) for row in queues_of_account(session, account)]
        )

    @operations.add("GET", "/contact-reasons", None, "Why customers come, in the order to offer")
    def contact_reasons(call: Call) -> list[ReasonChoice]:
        account = call.principal.account_id
        return call.services.store.read(
            lambda session: [_reason(row) for row in reasons_of_account(session, account)]
        )

    @operations.add("GET", "/pause-reasons", None, "Why agents pause, in the order to offer")
    def pause_reasons(call: Call) -> list[PauseChoice]:
        account = call.principal.account_id
        return call.services.store.read(
            lambda session: [_pause(row) for row in pause_reasons_of_account(session, account)]
        )


def _reason(row: ContactReason) -> ReasonChoice:
    return ReasonChoice(
        key=row.key,
        parent=row.parent.key if row.parent else None,
        label_es=row.label_es,
        label_en=row.label_en,
        guessed_by=row.guessed_by,
    )


def _pause(row: PauseReason) -> PauseChoice:
    return PauseChoice(key=row.key, label_es=row.label_es, label_en=row.label_en)


def _choice(row: Disposition) -> DispositionChoice:
    return DispositionChoice(
        code=row.code,
        queue=row.queue.key if row.queue else None,
        label_es=row.label_es,
        label_en=row.label_en,
        needs_note=row.needs_note,
        asks_call_back=row.asks_call_back,
        effect=row.effect,
    )


def _form_field(row: WrapUpField) -> FormField:
    return FormField(
        key=row.key,
        queue=row.queue.key if row.queue else None,
        label_es=row.label_es,
        label_en=row.label_en,
        type=row.type,
        choices=msgspec.convert(row.choices, list[FormChoice]),
        required=row.required,
    )


def _queue_name(row: Queue) -> QueueName:
    return QueueName(
        key=row.key,
        name=row.name,
        emergency=row.emergency,
        service_level_seconds=row.service_level_seconds,
        record_on_demand=row.record_on_demand,
        hold_reminder_seconds=row.hold_reminder_seconds,
    )
