from typing import Any

import pytest
from company import QUEUES, queue
from driven_ivr import nodes
from single_node import ROSA, AtNode

from ctiserver.core.inputs import ConfigurationApplied
from ctiserver.core.tables import Hours, Tables


def decided(on: str, *candidates: Any, hours: Hours | None = None) -> list[str]:
    node = {
        "type": "decide",
        "on": on,
        "cases": {"A": "balance", "": "operator", "closed": "emergency", "number": "advice"},
        "otherwise": "next",
    }
    ivr = AtNode({"type": "say", "prompts": ["hello"], "next": "decide"}, decide=node)
    if hours:
        tables = Tables(queues=(queue("service", hours=hours), *QUEUES[1:]))
        ivr.say(ConfigurationApplied(at=3.0, version="2", tables=tables))
    if candidates:
        ivr.looked_up(*candidates)
    return nodes(ivr.heard())


NEVER = Hours(time_zone="America/Santiago", week=((),) * 7)
ALWAYS = Hours(time_zone="America/Santiago", week=(((0, 1440),),) * 7)


@pytest.mark.parametrize(
    ("on", "node"),
    [("value_class", "balance"), ("level", "advice"), ("customer_id", "next"), ("unheard", "operator")],
)
def test_a_node_decides_by_what_is_known(on: str, node: str) -> None:
    assert decided(on, ROSA) == ["decide", node]


def test_hours_are_open_or_closed() -> None:
    assert decided("hours:service", hours=NEVER) == ["decide", "emergency"]
    assert decided("hours:service", hours=ALWAYS) == ["decide", "next"]
    assert decided("hours:emergency", hours=NEVER) == ["decide", "next"]


def test_a_queue_that_there_is_no_more_is_closed() -> None:
    assert decided("hours:gone") == ["decide", "emergency"]


def test_a_key_pressed_before_counts_for_the_menu_that_the_decision_leads_to() -> None:
    menu = {"type": "menu", "prompts": ["menu"], "keys": {"1": "balance"}, "on_failure": "operator"}
    node = {"type": "decide", "on": "value_class", "cases": {"": "menu"}, "otherwise": "next"}
    ivr = AtNode({"type": "say", "prompts": ["hello"], "next": "decide"}, decide=node, menu=menu)
    assert nodes(ivr.press("1")) == ["decide", "menu", "balance"]
