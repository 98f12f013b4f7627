"""After the talk: what the contact was about, how it ended, when to call back, and what the result brings about.

What it brings about is written before the engines are told, once for each contact: whoever has to say it again, because
they refused, changes nothing by it.
"""

from typing import Any

import msgspec

from agent_console import customer_clock
from agent_console.api_desk import Accepted, ask_for
from agent_console.in_hand import customer_id, in_hand
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import callers, dispositions
from crm_core.campaigns import effects
from crm_core.campaigns.effect_work import Ended
from crm_core.contact_reasons import guess, reasons_of_account
from ctiserver.core.errors import Refusal


class WrapUp(msgspec.Struct, kw_only=True):
    """What is known before the agent says anything.

    `reason`: the contact reason that the way through the menu suggests, None: none; `local_time`: the customer's now,
    "2026-11-23T10:30".
    """

    reason: str | None
    time_zone: str
    local_time: str


class NewDisposition(msgspec.Struct, kw_only=True):
    """How the contact ended. `call_back_at`: ISO 8601; without an offset it is the customer's local time.

    `effect`: what the result asks for that brings something about, by field (docs/scripts.md); `form`: what the queue
    asks for after its contacts, by field, as texts.
    """

    contact: str
    code: str
    note: str = ""
    contact_reason: str = ""
    call_back_at: str = ""
    effect: dict[str, Any] = {}
    form: dict[str, str] = {}
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
        call_back_at = _call_back_at(call, body)
        if agent == call.principal.agent:
            _bring_about(call, body)
        fields = {
            "agent": agent,
            "contact": body.contact,
            "code": body.code,
            "pii_note": body.note,
            "contact_reason": body.contact_reason,
            "call_back_at": call_back_at,
            "pii_answers": body.form,
        }
        return ask_for(call, "Dispose", fields, body.request_id)

    @add("POST", "/agents/{agent}/wrap-up/extension", Permission.OWN_DESK, "More time for my wrap-up")
    def extend_wrap_up(call: Call, agent: str) -> Accepted:
        return ask_for(call, "ExtendWrapUp", {"agent": agent}, None)


def _call_back_at(call: Call, body: NewDisposition) -> float | None:
    if not body.call_back_at:
        return None
    found = in_hand(call, body.contact)
    zone = call.services.store.read(callers.time_zone, found.account_id, customer_id(found))
    return customer_clock.epoch(body.call_back_at, zone)


def _may_bring_about(session: Any, account_id: int, code: str) -> bool:
    rows = dispositions.dispositions_of_account(session, account_id)
    return any(row.code == code and row.effect for row in rows)


def _bring_about(call: Call, body: NewDisposition) -> None:
    """Write down what the result brings about, if it does; what the engines would refuse is refused before."""
    account_id = call.principal.account_id
    if not call.services.store.read(_may_bring_about, account_id, body.code):
        return
    found = in_hand(call, body.contact)

    def change(session: Any) -> None:
        row = dispositions.chosen(session, account_id, found.queue, body.code)
        if row is None or not row.effect:
            return
        if row.needs_note and not body.note.strip():
            raise Refusal("no_note", "this result needs a note: write what it was about")
        if reasons_of_account(session, account_id) and not body.contact_reason:
            raise Refusal("contact_reason_required", "say what it was about")
        effects.bring_about(
            session,
            account_id,
            Ended(
                contact=body.contact,
                customer_id=customer_id(found),
                number=found.pii_number,
                dial_id=found.dial_id,
            ),
            code=body.code,
            effect=row.effect,
            flow=row.effect_flow,
            given=body.effect,
            by=call.principal.login,
            now=call.services.now(),
        )

    call.services.store.write(change)
