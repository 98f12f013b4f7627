"""An agent asks somebody before he passes his caller on, or takes him into the talk."""

from agent_console.api_desk import Accepted, ask_for
from agent_console.api_talk import Whom
from agent_console.operations import Call, Operations
from agent_console.roles import Permission


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("POST", "/agents/{agent}/consult", Permission.OWN_DESK, "Ask somebody while my caller hears music")
    def consult(call: Call, agent: str, body: Whom) -> Accepted:
        return ask_for(call, "StartConsult", {"agent": agent} | body.chosen(), body.request_id)

    @add("POST", "/agents/{agent}/consult/return", Permission.OWN_DESK, "Go back from a consult to my caller")
    def return_from_consult(call: Call, agent: str) -> Accepted:
        return ask_for(call, "ReturnFromConsult", {"agent": agent}, None)

    @add(
        "POST",
        "/agents/{agent}/consult/complete",
        Permission.OWN_DESK,
        "Connect my caller with whom I consult",
    )
    def complete(call: Call, agent: str) -> Accepted:
        return ask_for(call, "CompleteTransfer", {"agent": agent}, None)

    @add("POST", "/agents/{agent}/conference", Permission.OWN_DESK, "Take whom I consult into the talk")
    def merge(call: Call, agent: str) -> Accepted:
        return ask_for(call, "MergeParties", {"agent": agent}, None)

    @add("DELETE", "/agents/{agent}/conference", Permission.OWN_DESK, "Send the third out of the talk")
    def remove(call: Call, agent: str) -> Accepted:
        return ask_for(call, "RemoveParty", {"agent": agent}, None)
