"""Requests to the engines that a screen or program may make, and for whom.

An agent acts for himself; who may command agents acts for any agent of his account.
"""

from typing import Any

from agent_console.principal import Forbidden, Principal
from agent_console.roles import Permission
from agent_console.services import Engines
from ctiserver.core.errors import Refusal

RULES: dict[str, tuple[Permission, Permission | None]] = {
    # for oneself, for others (None: nobody does it for others)
    "SetStatus": (Permission.OWN_DESK, Permission.COMMAND_AGENTS),
    "Dispose": (Permission.OWN_DESK, None),
    "Hold": (Permission.OWN_DESK, None),
    "Resume": (Permission.OWN_DESK, None),
    "HangUp": (Permission.OWN_DESK, None),
    "TransferBlind": (Permission.OWN_DESK, None),
    "TransferToAgent": (Permission.OWN_DESK, None),
}


def ask(engines: Engines, principal: Principal, request: Any) -> str:
    """Make a request in somebody's name; its id. Raises Forbidden, Refusal, NoAnswer."""
    if not isinstance(request, dict) or request.get("type") not in RULES:
        raise Refusal("unknown_request", f"type must be one of: {', '.join(RULES)}")
    fields = {name: value for name, value in request.items() if name not in ("type", "by", "at")}
    own, others = RULES[request["type"]]
    fields.setdefault("agent", principal.agent or "")
    if fields["agent"] == principal.agent:
        principal.need(own)
    elif others is None:
        raise Forbidden(own)
    else:
        principal.need(others)
    return engines.request(request["type"], principal.login, fields)
