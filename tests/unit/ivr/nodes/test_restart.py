"""What a caller has begun at a node is in the snapshot: he goes on after a restart as if nothing had been."""

from driven_ivr import nodes
from single_node import ROSA, AtNode

from ctiserver.core.inputs import SecretHeard
from ivr.session import Ivr


def _restarted(ivr: AtNode) -> AtNode:
    state = ivr.ivr.state()
    ivr.ivr = Ivr()
    ivr.ivr.restore(state)
    return ivr


def test_an_answer_that_was_half_typed_is_gone_on_with() -> None:
    ask = {"type": "ask", "prompts": ["which"], "key": "order", "next": "next", "on_failure": "operator"}
    ivr = AtNode(ask | {"max_length": 4, "confirm": True})
    ivr.press("12")
    ivr = _restarted(ivr)
    ivr.press("34")
    ivr = _restarted(ivr)
    assert nodes(ivr.press("1")) == ["next"]
    assert ivr.session.values["order"] == "1234"


def test_an_action_that_runs_is_waited_for() -> None:
    act = {"type": "action", "action": "x", "outcomes": {"fine": "next"}, "failed_to": "operator"}
    ivr = _restarted(AtNode(act))
    assert nodes(ivr.comes_to("fine")) == ["next"]


def test_a_secret_and_the_node_that_needs_it_are_remembered() -> None:
    who = {"type": "identify", "level": "verified", "prompts": ["ask-rut"], "on_failure": "operator"}
    private = {"type": "say", "prompts": ["x"], "needs": "verified", "next": "next"}
    start = {"type": "say", "prompts": ["hello"], "next": "private"}
    ivr = AtNode(start, flow={"identify": "who"}, who=who, private=private)
    ivr.looked_up(ROSA)
    ivr.heard()
    ivr = _restarted(ivr)
    ivr.say(SecretHeard(at=6.0, secret=ivr.session.secret))
    ivr = _restarted(ivr)
    assert nodes(ivr.comes_to("right")) == ["private"]
