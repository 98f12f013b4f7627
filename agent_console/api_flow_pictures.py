"""The picture of a flow, drawn from a text that may be half written, and the traffic of a day to be written on it.

Drawing belongs to an engine, which the console does not know: it asks the jobs process. Whoever reads the configuration
sees both; traffic is counts alone.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core.accounts import account
from crm_core.permission.calendars import local
from crm_core.reports import ivr_traffic, local_days

READ = Permission.READ_CONFIGURATION


class TrafficDay(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A local day like 2026-11-23; None: yesterday."""

    day: str | None = None


class FlowNodeTraffic(msgspec.Struct, kw_only=True):
    """Of one node. `visits` count each time, `callers` each caller once, of them `dropped` hung up there."""

    node: str
    visits: int
    callers: int
    dropped: int


class FlowWayTraffic(msgspec.Struct, kw_only=True):
    """How often callers went from one node to another."""

    source: str
    node: str
    count: int


class FlowTraffic(msgspec.Struct, kw_only=True):
    """What went through a flow; `calls`: how many came to it."""

    calls: int
    nodes: list[FlowNodeTraffic]
    ways: list[FlowWayTraffic]


class TrafficOfDay(msgspec.Struct, kw_only=True):
    """The traffic of a local day."""

    day: str
    time_zone: str
    traffic: FlowTraffic


class FlowSketch(msgspec.Struct, kw_only=True):
    """A text that somebody is writing, and what went through the flow; None: draw it without."""

    name: str
    text: str
    traffic: FlowTraffic | None = None


class FlowPictureWay(msgspec.Struct, kw_only=True):
    """One way of the flow. `source` None: callers begin there, or come by a key from anywhere.

    `refers`: the node stands in another line. `share` of the visits of the node before; `dropped` and `drop_out` of the
    callers of the node. Figures are None when nobody knows them.
    """

    source: str | None
    source_label: str
    word: str
    node: str
    label: str
    kind: str
    refers: bool
    count: int | None
    share: float | None
    dropped: int | None
    drop_out: float | None


class FlowPicture(msgspec.Struct, kw_only=True):
    """The picture, and the same in words. `svg` "": the text is no flow yet."""

    svg: str
    ways: list[FlowPictureWay]


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "GET",
        "/configuration/flows/{name}/traffic",
        READ,
        "What went through a flow on a day: nodes and ways",
    )
    def flow_traffic(call: Call, name: str, query: TrafficDay) -> TrafficOfDay:
        store, account_id = call.services.store, call.principal.account_id
        zone = store.read(account, account_id).time_zone
        now = call.services.now()
        day = query.day or (local(now, ZoneInfo(zone)).date() - timedelta(days=1)).isoformat()
        span = local_days.period(day, day, now=now, zone=ZoneInfo(zone))
        found = store.read(ivr_traffic.flow_traffic, account_id, name, span.from_at, span.until_at)
        return TrafficOfDay(
            day=day,
            time_zone=zone,
            traffic=msgspec.convert(found, FlowTraffic, from_attributes=True),
        )

    @add("POST", "/configuration/flow-pictures", READ, "The picture of a flow's text, with traffic on it")
    def draw_flow(call: Call, body: FlowSketch) -> FlowPicture:
        sketch = msgspec.structs.asdict(body) | {"language": call.principal.language}
        answer = call.services.engines.ask_job("draw_flow", msgspec.json.encode(sketch))
        return msgspec.json.decode(answer, type=FlowPicture)
