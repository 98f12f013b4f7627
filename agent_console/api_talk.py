"""What an agent does with the call in his hand: hold, resume, hang up, pass it on."""

import msgspec

from agent_console.api_desk import Accepted, ask_for
from agent_console.flow_titles import FlowChoice, flow_choices
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from ctiserver.core.errors import Refusal


class Whom(msgspec.Struct, kw_only=True):
    """Where the caller goes, or who is asked: one of a `queue`, the colleague `to`, or a number outside.

    A caller may be passed on to a `flow`, too; nobody can be asked there.

    Whoever waits in a queue again keeps the arrival that he had.
    """

    queue: str | None = None
    to: str | None = None
    number: str | None = None
    flow: str | None = None
    request_id: str | None = None

    def chosen(self) -> dict[str, str]:
        """The one that is named, as a field of a request. Raises Refusal."""
        named = {"queue": self.queue, "to": self.to, "pii_number": self.number, "flow": self.flow}
        chosen = {field: value for field, value in named.items() if value}
        if len(chosen) != 1:
            raise Refusal("bad_request", "name the queue, the colleague, the number or the flow: one of them")
        return chosen


_PASSING_ON = {
    "queue": "TransferBlind",
    "to": "TransferToAgent",
    "pii_number": "TransferOutside",
    "flow": "TransferToFlow",
}


class Silence(msgspec.Struct, kw_only=True):
    """Whether nobody hears me."""

    muted: bool
    request_id: str | None = None


class Digits(msgspec.Struct, kw_only=True):
    """`digits`: 0 to 9, * and #, at most 32."""

    digits: str
    request_id: str | None = None


class Colleague(msgspec.Struct, kw_only=True):
    """Another agent of my account; `since`: when his status or activity last changed."""

    agent: str
    name: str
    status: str
    reason: str
    activity: str
    since: float


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("POST", "/agents/{agent}/hold", Permission.OWN_DESK, "Music for my caller")
    def hold(call: Call, agent: str) -> Accepted:
        return ask_for(call, "Hold", {"agent": agent}, None)

    @add("POST", "/agents/{agent}/resume", Permission.OWN_DESK, "Take my caller back from hold")
    def resume(call: Call, agent: str) -> Accepted:
        return ask_for(call, "Resume", {"agent": agent}, None)

    @add("PUT", "/agents/{agent}/mute", Permission.OWN_DESK, "Let nobody hear me, or all again")
    def mute(call: Call, agent: str, body: Silence) -> Accepted:
        return ask_for(call, "Mute", {"agent": agent, "muted": body.muted}, body.request_id)

    @add("POST", "/agents/{agent}/digits", Permission.OWN_DESK, "Press keys for my caller's side to hear")
    def send_digits(call: Call, agent: str, body: Digits) -> Accepted:
        return ask_for(call, "SendDigits", {"agent": agent, "pii_digits": body.digits}, body.request_id)

    @add("POST", "/agents/{agent}/hang-up", Permission.OWN_DESK, "I am done with my caller")
    def hang_up(call: Call, agent: str) -> Accepted:
        return ask_for(call, "HangUp", {"agent": agent}, None)

    @add(
        "POST",
        "/agents/{agent}/transfer",
        Permission.OWN_DESK,
        "Pass my caller on to a queue, a colleague, a number outside or a flow",
    )
    def transfer(call: Call, agent: str, body: Whom) -> Accepted:
        chosen = body.chosen()
        if body.flow and body.flow not in {one.name for one in flow_choices(call)}:
            raise Refusal("unknown_flow", f"there is no flow {body.flow!r}")
        return ask_for(call, _PASSING_ON[next(iter(chosen))], {"agent": agent} | chosen, body.request_id)

    @add("GET", "/me/flows", Permission.OWN_DESK, "Flows to which I may pass a caller on, by name")
    def my_flows(call: Call) -> list[FlowChoice]:
        return flow_choices(call)

    @add("GET", "/me/colleagues", Permission.OWN_DESK, "To whom I may pass a caller, and what they are doing")
    def colleagues(call: Call) -> list[Colleague]:
        who, view = call.principal, call.services.live.view
        return [
            Colleague(
                agent=row.agent,
                name=row.name or row.agent,
                status=row.status,
                reason=row.reason,
                activity=row.activity,
                since=row.since,
            )
            for row in (view.agents.values() if view else ())
            if row.account_id == who.account_id and row.agent != who.agent
        ]
