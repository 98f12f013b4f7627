"""What is so right now."""

from agent_console import patches
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from ctiserver.bus.port import NoAnswer


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("GET", "/live", Permission.WALLBOARD, "Queues, agents and contacts of my account, now")
    def live(call: Call) -> patches.Patch:
        view = call.services.live.view
        if view is None:
            raise NoAnswer("the calls process has not been heard yet")
        return patches.whole(view, call.principal.account_id, call.services.now())
