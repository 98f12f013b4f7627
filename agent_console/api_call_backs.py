"""Call-backs that wait in line: who asked for one instead of waiting is not called any more."""

import uuid

import msgspec

from agent_console.api_desk import Accepted
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import ContactId


class CallBackEnd(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`reason`: why he need not be called, in a few words."""

    reason: str = ""
    request_id: str | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add(
        "POST",
        "/contacts/{contact}/cancel-call-back",
        Permission.MISSED_CONTACTS,
        "Don't call him any more who waits to be called back",
    )
    def cancel_call_back(call: Call, contact: str, body: CallBackEnd) -> Accepted:
        who, view = call.principal, call.services.live.view
        row = view.contacts.get(ContactId(contact)) if view else None
        if row is None or row.account_id != who.account_id:
            raise Refusal("no_call_back", "he does not wait to be called back, or not any more")
        fields = {
            "request_id": body.request_id or str(uuid.uuid4()),
            "account_id": who.account_id,
            "contact": contact,
            "reason": " ".join(body.reason.split())[:200],
        }
        return Accepted(request_id=call.services.engines.request("CancelCallback", who.login, fields))
