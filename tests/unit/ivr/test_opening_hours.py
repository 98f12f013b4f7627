"""A queue node knows whether its queue is open; an emergency never closes."""

import pytest
from company import FLOW, QUEUES, queue
from driven_ivr import Driven, nodes

from ctiserver.core.errors import ConfigError
from ctiserver.core.tables import Document, Hours
from ivr.flow_file import read_flow

NEVER = Hours(time_zone="America/Santiago", week=((),) * 7)
ALWAYS = Hours(time_zone="America/Santiago", week=(((0, 1440),),) * 7)


def _driven(hours: Hours | None, *, closed: str | None = "sorry", emergency: bool = False) -> Driven:
    balance = FLOW["nodes"]["balance"] | ({"closed": closed} if closed else {})
    sorry = {"type": "hangup", "prompts": ["sorry"]}
    flow = FLOW | {"nodes": FLOW["nodes"] | {"balance": balance, "sorry": sorry}}
    service = queue("service", hours=hours, emergency=emergency)
    ivr = Driven(
        queues=(service, *QUEUES[1:]), flows={"main": Document(version=f"closed-{closed}", content=flow)}
    )
    ivr.heard()
    ivr.heard()
    return ivr


def _way(ivr: Driven) -> list[str]:
    return nodes(ivr.press("11"))


def test_out_of_hours_the_caller_goes_where_the_node_says() -> None:
    assert _way(_driven(NEVER)) == ["bills", "balance", "sorry"]


@pytest.mark.parametrize("hours", [ALWAYS, None])
def test_in_hours_and_without_hours_he_is_queued(hours: Hours | None) -> None:
    ivr = _driven(hours)
    assert _way(ivr) == ["bills", "balance"]
    assert ivr.session.queue == "service"


def test_a_node_without_a_closed_branch_queues_at_any_hour() -> None:
    assert _way(_driven(NEVER, closed=None)) == ["bills", "balance"]


def test_an_emergency_queue_is_open_whatever_its_hours_say() -> None:
    assert _way(_driven(NEVER, emergency=True)) == ["bills", "balance"]


def test_the_checker_knows_the_closed_branch() -> None:
    text = """\
name = "main"
start = "service"
emergency = { key = "9", node = "leak" }

[node.service]
type = "queue"
queue = "service"
closed = "nowhere"

[node.leak]
type = "queue"
queue = "emergency"
closed = "service"
"""
    with pytest.raises(ConfigError) as told:
        read_flow(text, "main", prompts=set(), queues={"service", "emergency"})
    assert [str(mistake) for mistake in told.value.mistakes] == [
        "main:5: dead end: node 'service' leads to 'nowhere', which there is not",
        "main:13: an emergency is never closed: take this line away",
    ]
