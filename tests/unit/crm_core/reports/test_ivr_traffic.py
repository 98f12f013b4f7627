"""What went through a flow: nodes, ways between them, who hung up where."""

from crm_core.reports.ivr_path import End, Step
from crm_core.reports.ivr_traffic import FlowTraffic, NodeTraffic, traffic


def call(end: End, *nodes: str, first: str = "day") -> tuple[str, list[Step], End]:
    """Its nodes are `name` (a menu), `name:kind`, or `name>flow` where it is passed on."""
    return first, [_step(node, float(at)) for at, node in enumerate(nodes)], end


def _step(node: str, at: float) -> Step:
    if ">" in node:
        name, _, flow = node.partition(">")
        return Step(name, "transfer", at, to_flow=flow)
    name, _, kind = node.partition(":")
    return Step(name, kind or "menu", at)


def ways(found: FlowTraffic) -> dict[tuple[str, str], int]:
    return {(way.source, way.node): way.count for way in found.ways}


def test_visits_callers_and_ways_are_counted_and_who_hung_up_at_his_last_node() -> None:
    found = traffic(
        "day",
        [call("dropped", "hello", "main", "bills", "main"), call("agent", "hello", "main"), call("dropped")],
    )
    assert found.calls == 3
    assert found.nodes == [
        NodeTraffic(node="main", visits=3, callers=2, dropped=1),
        NodeTraffic(node="hello", visits=2, callers=2, dropped=0),
        NodeTraffic(node="bills", visits=1, callers=1, dropped=0),
    ]
    assert ways(found) == {("hello", "main"): 2, ("main", "bills"): 1, ("bills", "main"): 1}


def test_what_comes_behind_a_transfer_is_another_flows_and_counted_there() -> None:
    calls = [
        call("dropped", "main", "over>night", "main", "bye"),
        call("dropped", "over>night"),
        call("agent", "hello", first="night"),
        call("dropped", "main", "over>night", "main", "back>day", "main"),
    ]
    day, night = traffic("day", calls), traffic("night", calls)
    assert (day.calls, night.calls) == (3, 4)
    assert ways(day) == {("main", "over"): 2}
    assert ways(night) == {("main", "bye"): 1, ("main", "back"): 1}
    assert {node.node: (node.visits, node.dropped) for node in day.nodes} == {"over": (3, 0), "main": (3, 1)}
    assert {node.node: (node.visits, node.dropped) for node in night.nodes} == {
        "main": (2, 0),
        "bye": (1, 1),
        "hello": (1, 0),
        "back": (1, 0),
    }


def test_who_is_asked_who_he_is_on_the_way_goes_the_way_that_the_text_tells_too() -> None:
    found = traffic("day", [call("served", "main", "who:identify", "balance:action")])
    assert ways(found) == {("main", "who"): 1, ("who", "balance"): 1, ("main", "balance"): 1}
