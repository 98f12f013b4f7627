"""A supervisor's hands in live calls, and how agents ask for him.

What a supervisor did stands in the audit, once the engines have taken it.
"""

from typing import Any, Literal

import msgspec

from agent_console.api_desk import Accepted, ask_for
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import audit
from ctiserver.core.errors import Refusal


class Reasoned(msgspec.Struct, kw_only=True):
    """Why: it stays in the record."""

    reason: str
    request_id: str | None = None


class NewQueue(msgspec.Struct, kw_only=True):
    """Where the caller waits from now on."""

    queue: str
    request_id: str | None = None


class NewPriority(msgspec.Struct, kw_only=True):
    """`value_class`, or `head_start_seconds` more than he has: one of the two."""

    reason: str
    value_class: str | None = None
    head_start_seconds: float | None = None
    request_id: str | None = None


class Manner(msgspec.Struct, kw_only=True):
    """`listen`: nobody hears me; `whisper`: the agent alone does; `barge`: all do."""

    mode: Literal["listen", "whisper", "barge"]
    request_id: str | None = None


class Notice(msgspec.Struct, kw_only=True):
    """To one agent (`to`), to those of a queue who are logged in, or (neither) to all who are."""

    text: str
    to: str | None = None
    queue: str | None = None
    request_id: str | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _of_agents(operations)
    _of_supervisors(operations)
    _in_talks(operations)


def _of_agents(operations: Operations) -> None:
    add = operations.add

    @add("PUT", "/agents/{agent}/hand", Permission.OWN_DESK, "Ask for a supervisor")
    def raise_hand(call: Call, agent: str) -> Accepted:
        return ask_for(call, "RaiseHand", {"agent": agent}, None)

    @add("DELETE", "/agents/{agent}/hand", None, "I need nobody any more; or: somebody has seen to it")
    def lower_hand(call: Call, agent: str) -> Accepted:
        return ask_for(call, "LowerHand", {"agent": agent}, None)

    @add("POST", "/agents/{agent}/minute", Permission.OWN_DESK, "Have a short pause before my next contact")
    def take_minute(call: Call, agent: str) -> Accepted:
        return ask_for(call, "TakeMinute", {"agent": agent}, None)

    @add("POST", "/agents/{agent}/abuse", Permission.OWN_DESK, "End my call: the caller insults me")
    def report_abuse(call: Call, agent: str) -> Accepted:
        return ask_for(call, "ReportAbuse", {"agent": agent}, None)

    @add("DELETE", "/agents/{agent}/notices/{notice}", Permission.OWN_DESK, "I have read it")
    def read_notice(call: Call, agent: str, notice: str) -> Accepted:
        return ask_for(call, "ReadNotice", {"agent": agent, "notice": notice}, None)


def _of_supervisors(operations: Operations) -> None:
    add = operations.add

    @add("POST", "/notices", Permission.SUPERVISE, "Write to agents; it stays on their desks until read")
    def tell_agents(call: Call, body: Notice) -> Accepted:
        told = {"text": body.text, "to": body.to, "queue": body.queue}
        asked = ask_for(
            call, "TellAgents", {"account_id": call.principal.account_id, **told}, body.request_id
        )
        return noted(call, "agents.tell", f"agent {body.to}" if body.to else "agents", told, asked)

    @add(
        "POST",
        "/agents/{agent}/wrap-up/excuse",
        Permission.SUPERVISE,
        "Let an agent go without the result and the form of his last contact",
    )
    def excuse_wrap_up(call: Call, agent: str) -> Accepted:
        asked = ask_for(call, "ExcuseWrapUp", {"agent": agent}, None)
        return noted(call, "agent.excuse", f"agent {agent}", {}, asked)

    @add("POST", "/live/{contact}/end", Permission.SUPERVISE, "End a call")
    def end_contact(call: Call, contact: str, body: Reasoned) -> Accepted:
        asked = ask_for(call, "EndContact", {"contact": contact, "reason": body.reason}, body.request_id)
        return noted(call, "call.end", f"contact {contact}", {"reason": body.reason}, asked)

    @add("PUT", "/live/{contact}/queue", Permission.SUPERVISE, "Put a waiting caller into another queue")
    def move_contact(call: Call, contact: str, body: NewQueue) -> Accepted:
        asked = ask_for(call, "MoveContact", {"contact": contact, "queue": body.queue}, body.request_id)
        return noted(call, "call.move", f"contact {contact}", {"queue": body.queue}, asked)

    @add("PUT", "/live/{contact}/priority", Permission.SUPERVISE, "Let a waiting caller go sooner")
    def change_priority(call: Call, contact: str, body: NewPriority) -> Accepted:
        given = {
            "reason": body.reason,
            "value_class": body.value_class,
            "head_start_seconds": body.head_start_seconds,
        }
        asked = ask_for(call, "ChangePriority", {"contact": contact, **given}, body.request_id)
        return noted(call, "call.prefer", f"contact {contact}", given, asked)


def _in_talks(operations: Operations) -> None:
    add = operations.add

    @add("PUT", "/live/{contact}/supervision", Permission.SUPERVISE, "Be in a talk with my own telephone")
    def supervise(call: Call, contact: str, body: Manner) -> Accepted:
        asked = _ask_myself(call, "Supervise", {"contact": contact, "mode": body.mode}, body.request_id)
        return noted(call, "call.supervise", f"contact {contact}", {"mode": body.mode}, asked)

    @add("DELETE", "/live/{contact}/supervision", Permission.SUPERVISE, "Leave the talk, which goes on")
    def stop_supervising(call: Call, contact: str) -> Accepted:
        return _ask_myself(call, "StopSupervising", {"contact": contact}, None)

    @add("POST", "/live/{contact}/take-over", Permission.SUPERVISE, "Have the caller of a talk that I am in")
    def take_over(call: Call, contact: str) -> Accepted:
        if not call.principal.may(Permission.OWN_DESK):
            raise Refusal(
                "no_desk", "who takes a call over says afterwards how it ended, at a desk of an agent's"
            )
        asked = _ask_myself(call, "TakeOver", {"contact": contact}, None)
        return noted(call, "call.take_over", f"contact {contact}", {}, asked)


def _ask_myself(call: Call, kind: str, fields: dict[str, Any], request_id: str | None) -> Accepted:
    agent = call.principal.agent
    if agent is None:
        raise Refusal("no_phone", "you have no telephone here: ask the administrator for an extension")
    return ask_for(call, kind, {"agent": agent, **fields}, request_id)


def noted(call: Call, action: str, subject: str, after: dict[str, Any], asked: Accepted) -> Accepted:
    """The answer, once the audit holds who did it."""
    call.services.store.write(
        audit.note,
        account_id=call.principal.account_id,
        at=call.services.now(),
        by=call.principal.login,
        action=action,
        subject=subject,
        after={key: value for key, value in after.items() if value is not None},
    )
    return asked
