"""Requests to the engines that a screen or program may make, and for whom.

An agent acts for himself; who may command agents acts for any agent of his account. Whatever a request names is of
the asker's account, or does not exist for him: the engines serve all accounts and don't look who asks.
"""

from typing import Any

from agent_console.principal import Forbidden, Principal
from agent_console.roles import Permission
from agent_console.services import Engines
from ctiserver.core.errors import Refusal
from ctiserver.core.live_view import LiveView

RULES: dict[str, tuple[Permission, Permission | None]] = {
    # for oneself, for others (None: nobody does it for others)
    "SetStatus": (Permission.OWN_DESK, Permission.COMMAND_AGENTS),
    "ExtendWrapUp": (Permission.OWN_DESK, None),
    "ExcuseWrapUp": (Permission.SUPERVISE, Permission.SUPERVISE),
    "Dispose": (Permission.OWN_DESK, None),
    "AttachCustomer": (Permission.OWN_DESK, None),
    "Hold": (Permission.OWN_DESK, None),
    "Resume": (Permission.OWN_DESK, None),
    "Mute": (Permission.OWN_DESK, None),
    "HangUp": (Permission.OWN_DESK, None),
    "SendDigits": (Permission.OWN_DESK, None),
    "StartRecordingNow": (Permission.OWN_DESK, None),
    "PauseRecording": (Permission.OWN_DESK, Permission.COMMAND_AGENTS),
    "ResumeRecording": (Permission.OWN_DESK, Permission.COMMAND_AGENTS),
    "TransferBlind": (Permission.OWN_DESK, None),
    "TransferToAgent": (Permission.OWN_DESK, None),
    "TransferOutside": (Permission.OWN_DESK, None),
    "TransferToFlow": (Permission.OWN_DESK, None),
    "CallOut": (Permission.OWN_DESK, None),
    "CallColleague": (Permission.OWN_DESK, None),
    "StartConsult": (Permission.OWN_DESK, None),
    "ReturnFromConsult": (Permission.OWN_DESK, None),
    "CompleteTransfer": (Permission.OWN_DESK, None),
    "MergeParties": (Permission.OWN_DESK, None),
    "RemoveParty": (Permission.OWN_DESK, None),
    "PreviewLead": (Permission.OWN_DESK, None),
    "DialLead": (Permission.OWN_DESK, None),
    "SkipLead": (Permission.OWN_DESK, None),
    "RaiseHand": (Permission.OWN_DESK, None),
    "LowerHand": (Permission.OWN_DESK, Permission.SUPERVISE),
    "TakeMinute": (Permission.OWN_DESK, None),
    "ReportAbuse": (Permission.OWN_DESK, None),
    "ReadNotice": (Permission.OWN_DESK, None),
    "Supervise": (Permission.SUPERVISE, None),
    "StopSupervising": (Permission.SUPERVISE, None),
    "TakeOver": (Permission.SUPERVISE, None),
}

OF_NO_AGENT: dict[str, Permission] = {
    "TellAgents": Permission.SUPERVISE,
    "EndContact": Permission.SUPERVISE,
    "MoveContact": Permission.SUPERVISE,
    "ChangePriority": Permission.SUPERVISE,
    "LiftOutsideCap": Permission.LIFT_LIMITS,
}
"""What is asked for nobody's own desk: about a contact that is live, or about several agents."""

_OF_ACCOUNT = {"TellAgents", "LiftOutsideCap"}

THROUGH_REST = frozenset(
    {
        "AttachCustomer",
        "CallOut",
        "ExcuseWrapUp",
        "PreviewLead",
        "Supervise",
        "TakeOver",
        "TransferToFlow",
        *OF_NO_AGENT,
    }
)
"""What nobody words himself: the REST operation looks up what the engines are told of the customer, whether he may be
called, whether a campaign or a flow is the asker's, or writes into the audit what a supervisor did."""


def ask_worded(engines: Engines, view: LiveView | None, principal: Principal, request: Any) -> str:
    """Make a request as the asker worded it; see `ask`."""
    if isinstance(request, dict) and request.get("type") in THROUGH_REST:
        raise Refusal("unknown_request", f"{request['type']} has a REST operation of its own")
    return ask(engines, view, principal, request)


def ask(engines: Engines, view: LiveView | None, principal: Principal, request: Any) -> str:
    """Make a request in somebody's name; its id. Raises Forbidden, Refusal, NoAnswer.

    `view` says what belongs to whom; None: nothing is known, so nothing is there.
    """
    known = RULES.keys() | OF_NO_AGENT.keys()
    if not isinstance(request, dict) or request.get("type") not in known:
        raise Refusal("unknown_request", f"type must be one of: {', '.join(sorted(known))}")
    fields = {name: value for name, value in request.items() if name not in ("type", "by", "at")}
    if request["type"] in OF_NO_AGENT:
        return _ask_of_no_agent(engines, view or LiveView(), principal, request["type"], fields)
    own, others = RULES[request["type"]]
    fields.setdefault("agent", principal.agent or "")
    if fields["agent"] == principal.agent:
        principal.need(own)
    elif others is None:
        raise Forbidden(own)
    else:
        principal.need(others)
    _need_of_account(view or LiveView(), principal, fields)
    return engines.request(request["type"], principal.login, fields)


def _ask_of_no_agent(
    engines: Engines, view: LiveView, principal: Principal, kind: str, fields: dict[str, Any]
) -> str:
    principal.need(OF_NO_AGENT[kind])
    fields = {name: value for name, value in fields.items() if value is not None}
    _need_of_account(view, principal, fields)
    if kind in _OF_ACCOUNT:
        fields["account_id"] = principal.account_id
    else:
        _need_live(view, principal, fields.get("contact"))
    return engines.request(kind, principal.login, fields)


def _need_of_account(view: LiveView, principal: Principal, fields: dict[str, Any]) -> None:
    named: dict[str, Any] = {"agent": view.agents, "to": view.agents, "queue": view.queues}
    for field, known in named.items():
        if field not in fields:
            continue
        row = known.get(fields[field]) if isinstance(fields[field], str) else None
        if row is None or row.account_id != principal.account_id:
            kind = "queue" if field == "queue" else "agent"
            raise Refusal(f"unknown_{kind}", f"there is no {kind} {fields[field]!r}")


def _need_live(view: LiveView, principal: Principal, contact: Any) -> None:
    row = view.contacts.get(contact) if isinstance(contact, str) else None  # type: ignore[call-overload]
    if row is None or row.account_id != principal.account_id:
        raise Refusal("no_such_contact", "this call is over, or there never was one")
