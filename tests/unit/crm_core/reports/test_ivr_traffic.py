"""What went through a flow: nodes, ways between them, who hung up where."""

from crm_core.reports.ivr_path import End, Step
from crm_core.reports.ivr_traffic import FlowTraffic, NodeTraffic, traffic


def call(end: End, *nodes: str) -> tuple[list[Step], End]:
    """Its nodes are `name` (a menu) or `name:kind`."""
    parts = [node.partition(":") for node in nodes]
    return [Step(name, kind or "menu", float(at)) for at, (name, _, kind) in enumerate(parts)], end


def ways(found: FlowTraffic) -> dict[tuple[str, str], int]:
    return {(way.source, way.node): way.count for way in found.ways}


def test_visits_callers_and_ways_are_counted_and_who_hung_up_at_his_last_node() -> None:
    found = traffic(
        [call("dropped", "hello", "main", "bills", "main"), call("agent", "hello", "main"), call("dropped")]
    )
    assert found.calls == 3
    assert found.nodes == [
        NodeTraffic(node="main", visits=3, callers=2, dropped=1),
        NodeTraffic(node="hello", visits=2, callers=2, dropped=0),
        NodeTraffic(node="bills", visits=1, callers=1, dropped=0),
    ]
    assert ways(found) == {("hello", "main"): 2, ("main", "bills"): 1, ("bills", "main"): 1}


def test_what_comes_behind_a_transfer_is_another_flows() -> None:
    found = traffic([call("dropped", "main", "over:transfer", "main"), call("dropped", "over:transfer")])
    assert ways(found) == {("main", "over"): 1}
    assert {node.node: (node.visits, node.dropped) for node in found.nodes} == {
        "over": (2, 1),
        "main": (1, 0),
    }


def test_who_is_asked_who_he_is_on_the_way_goes_the_way_that_the_text_tells_too() -> None:
    found = traffic([call("served", "main", "who:identify", "balance:action")])
    assert ways(found) == {("main", "who"): 1, ("who", "balance"): 1, ("main", "balance"): 1}
