"""What if, now: the next hour with some agents more, drawn by lot from who waits and who is available."""

import msgspec

from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from ctiserver.core.errors import Refusal
from ctiserver.core.live_view import LiveView

_WAITING = ("queued", "offered", "joining")
_MOST_AGENTS, _MOST_HOURS = 50, 8.0


class MoreAgents(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """So many agents more in a queue, for so long."""

    queue: str
    agents: int = 2
    hours: float = 1.0


class Drawn(msgspec.Struct, kw_only=True):
    """A mean over the runs, and half the width of its 95 % interval."""

    mean: float
    half_width: float | None


class HourDrawn(msgspec.Struct, kw_only=True):
    """Shares from 0 to 1, the wait in seconds; see docs/figures.md."""

    service_level: Drawn
    wait_seconds: Drawn
    abandoned: Drawn


class WhatIfAnswer(msgspec.Struct, kw_only=True):
    """Without and with them, and the difference with its own interval."""

    as_it_is: HourDrawn
    with_more: HourDrawn
    change: HourDrawn
    runs: int


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("GET", "/live/what-if", Permission.WALLBOARD, "The next hours with some agents more")
    def what_if(call: Call, query: MoreAgents) -> WhatIfAnswer:
        if not (1 <= query.agents <= _MOST_AGENTS and 0.25 <= query.hours <= _MOST_HOURS):
            raise Refusal(
                "out_of_range", f"choose 1 to {_MOST_AGENTS} agents and at most {_MOST_HOURS:g} hours"
            )
        view = call.services.live.view
        if view is None:
            raise Refusal("not_ready", "the console has not heard yet what is so; try again in a moment")
        asked = _asked(view, call.principal.account_id, call.services.now())
        body = msgspec.structs.asdict(query) | asked
        answer = call.services.engines.ask_job("what_if", msgspec.json.encode(body))
        return msgspec.json.decode(answer, type=WhatIfAnswer)


def _asked(view: LiveView, account_id: int, now: float) -> dict[str, object]:
    """Who waits and who is available, of this account alone."""
    return {
        "account_id": account_id,
        "now": now,
        "waiting": [
            {
                "contact": one.contact,
                "queue": one.queue,
                "value_class": one.value_class or "",
                "waited_seconds": now - (one.waits_since or one.queued_at or now),
                "stood_seconds": now - (one.queued_at or now),
            }
            for one in view.contacts.values()
            if one.account_id == account_id and one.stage in _WAITING and one.queue
        ],
        "available": [
            {"agent": one.agent, "busy": one.activity != "idle"}
            for one in view.agents.values()
            if one.account_id == account_id and one.status == "available"
        ],
    }
