"""What was said by telephone to an order or a case, to be heard beside it; who heard it stands in the audit."""

from typing import Any

from flask import Response

from agent_console.listing import number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import cases
from crm_core.customer_audit import heard_case, heard_order
from crm_core.work_orders import order_history
from ctiserver.core.errors import NotFound
from ctiserver.process import folders

CONTENT_TYPE = "audio/wav"


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "GET",
        "/work-orders/{order_id}/spoken/{entry_id}",
        Permission.WORK_ORDERS,
        "A spoken note of a work order, by its line in the history",
    )
    def spoken_note(call: Call, order_id: str, entry_id: str) -> Any:
        who, now, number = call.principal, call.services.now(), number_of(order_id)

        def find(session: Any) -> str:
            name = order_history.spoken_note(session, who.account_id, number, number_of(entry_id))
            heard_order(session, who.account_id, number, by=who.login, at=now)
            return name

        return _sound(call, call.services.store.write(find))

    @add(
        "GET",
        "/cases/{case_id}/spoken/{entry_id}",
        Permission.CASES,
        "What a caller said to a case, by its line in the history",
    )
    def spoken_to_case(call: Call, case_id: str, entry_id: str) -> Any:
        who, now, number = call.principal, call.services.now(), number_of(case_id)

        def find(session: Any) -> str:
            name = cases.spoken_words(session, who.account_id, number, number_of(entry_id))
            heard_case(session, who.account_id, number, by=who.login, at=now)
            return name

        return _sound(call, call.services.store.write(find))


def _sound(call: Call, name: str) -> Response:
    """The switch's recording of this name. Raises NotFound when it is no longer kept."""
    file = folders.recordings_dir(call.services.config) / f"{name}.wav"
    try:
        content = file.read_bytes()
    except OSError as error:
        raise NotFound("the recording of this is no longer kept") from error
    answer = Response(content, content_type=CONTENT_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer
