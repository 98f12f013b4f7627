"""An agent's desk: who I am, my status, my contact."""

from typing import Any

import msgspec

from agent_console.desk_rows import Chips, DeskRow, desk_row
from agent_console.operations import Call, Operations
from agent_console.requests import ask
from agent_console.roles import Permission
from crm_core import audit
from ctiserver.core.errors import Refusal


class Me(msgspec.Struct, kw_only=True):
    """Who is logged in, and what he may do."""

    login: str
    name: str
    account_id: int
    language: str
    roles: list[str]
    permissions: list[str]
    agent: str | None


class Accepted(msgspec.Struct, kw_only=True):
    """The engines took the request."""

    request_id: str


class NewStatus(msgspec.Struct, kw_only=True):
    """`status`: available, pause (with a reason) or logged_out; during a contact it is the next status."""

    status: str
    reason: str = ""
    request_id: str | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/me", None, "Who I am and what I may do")
    def me(call: Call) -> Me:
        who = call.principal
        return Me(
            login=who.login,
            name=who.name,
            account_id=who.account_id,
            language=who.language,
            roles=sorted(who.roles),
            permissions=sorted(who.permissions),
            agent=who.agent,
        )

    @add("GET", "/me/desk", Permission.OWN_DESK, "My status and my contact")
    def my_desk(call: Call) -> DeskRow:
        view = call.services.live.view
        row = desk_row(view, Chips(view), call.principal.agent or "", call.services.now()) if view else None
        if row is None:
            raise Refusal("unknown_agent", "you are no agent, or the calls process has not been heard yet")
        return row

    @add("PUT", "/agents/{agent}/status", None, "Be available, pause or log out; or make an agent do so")
    def set_status(call: Call, agent: str, body: NewStatus) -> Accepted:
        fields = {"agent": agent, "status": body.status, "reason": body.reason}
        asked = ask_for(call, "SetStatus", fields, body.request_id)
        if agent != call.principal.agent:
            call.services.store.write(
                audit.note,
                account_id=call.principal.account_id,
                at=call.services.now(),
                by=call.principal.login,
                action="agent.status",
                subject=f"agent {agent}",
                after={"status": body.status, "reason": body.reason},
            )
        return asked


def ask_for(call: Call, kind: str, fields: dict[str, Any], request_id: str | None) -> Accepted:
    """Make a request for an agent of the asker's account. Raises Forbidden, Refusal, NoAnswer."""
    extra = {"request_id": request_id} if request_id else {}
    asked = ask(
        call.services.engines, call.services.live.view, call.principal, {"type": kind, **fields, **extra}
    )
    return Accepted(request_id=asked)
