import msgspec
from company import FLOW, the_flow

from ivr.flow import Flow
from ivr.outline import outline


def test_a_node_stands_once_below_the_one_from_which_it_is_nearest() -> None:
    flow = the_flow()
    lines = outline(flow)
    own = [line.node for line in lines if not line.refers]
    assert sorted(own) == sorted(flow.nodes)
    ways = [(line.source, line.node) for line in lines if line.source is not None]
    assert sorted(ways) == sorted((name, to) for name, node in flow.nodes.items() for to in node.exits())
    depths = {line.node: line.depth for line in lines if not line.refers}
    assert (depths["greeting"], depths["main"], depths["bills"], depths["balance"]) == (0, 1, 2, 3)


def test_the_start_stands_first_then_the_keys_of_the_whole_flow_and_an_answer_that_fails_last() -> None:
    lines = outline(the_flow())
    begins = [(line.node, line.word) for line in lines if line.source is None]
    assert begins == [("greeting", ""), ("operator", "0"), ("advice", "9")]
    assert [line.word for line in lines if line.source == "main"] == ["1", "2", "8", "7", "…"]


def test_what_is_half_written_is_told_too() -> None:
    nodes = {"lost": {"type": "say", "prompts": ["x"], "next": "nowhere"}, "ring": FLOW["nodes"]["bye"]}
    flow = msgspec.convert({"name": "f", "start": "nobody", "nodes": nodes}, Flow)
    assert [(line.node, line.reached, line.known) for line in outline(flow)] == [
        ("lost", False, True),
        ("nowhere", False, False),
        ("ring", False, True),
    ]
    assert outline(msgspec.convert({"name": "f", "start": "x", "nodes": {}}, Flow)) == []
