"""Calls that an agent makes himself: to a customer, another number or a colleague, and what he may choose from.

Whether a customer may be called is asked here, in the store; whether the number may be dialled, and whether the agent
may call now, the engines say. What they refuse gives the permit back. Who has a message in hand may call back from it.
"""

from secrets import token_hex
from typing import Any

import msgspec

from agent_console.api_desk import Accepted, ask_for
from agent_console.operations import Call, Operations
from agent_console.permission_words import clock_of, in_words
from agent_console.principal import Forbidden
from agent_console.roles import Permission
from crm_core import outside_calls, own_calls, permission, phone_numbers
from crm_core.accounts import account
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Purpose, Refused


class NewCall(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`number` as one dials it. `customer_id`: whose record the caller looks at; None: whoever has the number.

    `queue`: one of mine, on whose behalf I call; None: that of the message in my hand, else my first. `purpose` None:
    service where something of his is open, else information.
    """

    number: str
    customer_id: int | None = None
    queue: str | None = None
    purpose: Purpose | None = None
    request_id: str | None = None


class ColleagueCall(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`to`: the colleague's key."""

    to: str
    request_id: str | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("POST", "/agents/{agent}/call", Permission.OWN_DESK, "Call a customer or another number outside")
    def call_out(call: Call, agent: str, body: NewCall) -> Accepted:
        if agent != call.principal.agent:
            raise Forbidden(Permission.OWN_DESK)
        called = _may_call(call, body, agent)
        fields: dict[str, Any] = {
            "agent": agent,
            "pii_number": called.number,
            "language": called.language,
            "customer": msgspec.to_builtins(called.customer),
            "permit": msgspec.to_builtins(called.permit),
        } | ({"queue": body.queue} if body.queue else {})
        try:
            return ask_for(call, "CallOut", fields, body.request_id)
        except Refusal:  # who got no answer does not know: he asks again, with the permit that he has
            if called.permit is not None:
                call.services.store.write(
                    permission.release, called.permit.permit_id, now=call.services.now()
                )
            raise

    @add("POST", "/agents/{agent}/call-colleague", Permission.OWN_DESK, "Call a colleague who is free")
    def call_colleague(call: Call, agent: str, body: ColleagueCall) -> Accepted:
        return ask_for(call, "CallColleague", {"agent": agent, "to": body.to}, body.request_id)


def _may_call(call: Call, body: NewCall, agent: str) -> own_calls.Called:
    """Whom the number calls, with his permit. Raises Refusal, which stands in the report of calls outside."""
    who, services = call.principal, call.services
    answer = call.write(
        own_calls.ask,
        body.number,
        customer_id=body.customer_id,
        purpose=body.purpose,
        request_id=body.request_id,
    )
    if not isinstance(answer, Refused):
        return answer
    home = services.store.read(account, who.account_id)
    services.store.write(
        outside_calls.not_called,
        f"{who.account_id} {agent} {body.request_id or token_hex(8)}",
        who.account_id,
        agent=agent,
        number=phone_numbers.normalise(body.number, home.country) or body.number,
        at=services.now(),
        why="not_permitted",
    )
    raise Refusal("not_permitted", in_words(answer, who.language, clock_of(home.time_zone)))
