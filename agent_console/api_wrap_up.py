"""After the talk: what the contact was about, how it ended, and when to call back."""

import msgspec

from agent_console import customer_clock
from agent_console.api_desk import Accepted, ask_for
from agent_console.in_hand import customer_id, in_hand
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import callers
from crm_core.contact_reasons import guess, reasons_of_account


class WrapUp(msgspec.Struct, kw_only=True):
    """What is known before the agent says anything.

    `reason`: the contact reason that the way through the menu suggests, None: none; `local_time`: the customer's now,
    "2026-11-23T10:30".
    """

    reason: str | None
    time_zone: str
    local_time: str


class NewDisposition(msgspec.Struct, kw_only=True):
    """How the contact ended. `call_back_at`: ISO 8601; without an offset it is the customer's local time."""

    contact: str
    code: str
    note: str = ""
    contact_reason: str = ""
    call_back_at: str = ""
    request_id: str | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/me/wrap-up/{contact}", Permission.OWN_DESK, "What my wrap-up begins with")
    def wrap_up(call: Call, contact: str) -> WrapUp:
        found, now = in_hand(call, contact), call.services.now()
        zone, reasons = call.services.store.read(
            lambda session: (
                callers.time_zone(session, found.account_id, customer_id(found)),
                reasons_of_account(session, found.account_id),
            )
        )
        return WrapUp(
            reason=guess(reasons, found.values),
            time_zone=zone,
            local_time=customer_clock.local_time(now, zone),
        )

    @add("POST", "/agents/{agent}/disposition", Permission.OWN_DESK, "Say how my contact ended")
    def dispose(call: Call, agent: str, body: NewDisposition) -> Accepted:
        fields = {
            "agent": agent,
            "contact": body.contact,
            "code": body.code,
            "pii_note": body.note,
            "contact_reason": body.contact_reason,
            "call_back_at": _call_back_at(call, body),
        }
        return ask_for(call, "Dispose", fields, body.request_id)


def _call_back_at(call: Call, body: NewDisposition) -> float | None:
    if not body.call_back_at:
        return None
    found = in_hand(call, body.contact)
    zone = call.services.store.read(callers.time_zone, found.account_id, customer_id(found))
    return customer_clock.epoch(body.call_back_at, zone)
