"""What an agent's or supervisor's page needs to know of the configuration."""

import msgspec

from agent_console.operations import Call, Operations
from crm_core.dispositions import Disposition, dispositions_of_account
from crm_core.queues import Queue, queues_of_account


class DispositionChoice(msgspec.Struct, kw_only=True):
    """`queue` None: in every queue."""

    code: str
    queue: str | None
    label_es: str
    label_en: str
    needs_note: bool


class QueueName(msgspec.Struct, kw_only=True):
    """A queue and what people call it; who waits longer than `service_level_seconds` waits too long."""

    key: str
    name: str
    emergency: bool
    service_level_seconds: float


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("GET", "/dispositions", None, "How contacts may end")
    def dispositions(call: Call) -> list[DispositionChoice]:
        account = call.principal.account_id
        return call.services.store.read(
            lambda session: [_choice(row) for row in dispositions_of_account(session, account)]
        )

    @operations.add("GET", "/queues", None, "The queues of my account")
    def queues(call: Call) -> list[QueueName]:
        account = call.principal.account_id
        return call.services.store.read(
            lambda session: [_queue_name(row) for row in queues_of_account(session, account)]
        )


def _choice(row: Disposition) -> DispositionChoice:
    return DispositionChoice(
        code=row.code,
        queue=row.queue.key if row.queue else None,
        label_es=row.label_es,
        label_en=row.label_en,
        needs_note=row.needs_note,
    )


def _queue_name(row: Queue) -> QueueName:
    return QueueName(
        key=row.key,
        name=row.name,
        emergency=row.emergency,
        service_level_seconds=row.service_level_seconds,
    )
