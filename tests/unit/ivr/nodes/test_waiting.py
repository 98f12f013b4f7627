"""A node that waits for the end of what is said at the other end."""

from single_node import CONTACT, LEG, AtNode, nodes

from ctiserver.core.commands import AwaitSilence, CancelTimer, StartTimer
from ctiserver.core.inputs import LegSilent

QUIET = {"type": "quiet", "next": "next", "silence_seconds": 2, "at_most_seconds": 20}
TIMER = f"ivr:key:{CONTACT}"


def test_it_goes_on_when_who_picked_up_has_finished() -> None:
    ivr = AtNode(QUIET)
    assert ivr.answered[-2:] == [
        AwaitSilence(leg=LEG, seconds=2),
        StartTimer(timer=TIMER, due_at=22.0),
    ]
    assert ivr.press("1#") == []
    said = ivr.say(LegSilent(at=6.0, leg=LEG))
    assert CancelTimer(timer=TIMER) in said
    assert nodes(said) == ["next"]


def test_whoever_does_not_end_or_does_not_begin_is_not_waited_for_without_end() -> None:
    ivr = AtNode(QUIET)
    assert nodes(ivr.silence()) == ["next"]
    assert ivr.say(LegSilent(at=30.0, leg=LEG)) == []


def test_silence_elsewhere_is_no_news() -> None:
    ivr = AtNode({"type": "menu", "prompts": ["which"], "keys": {"1": "next"}, "on_failure": "operator"})
    assert ivr.say(LegSilent(at=6.0, leg=LEG)) == []
    assert ivr.say(LegSilent(at=6.0, leg="another")) == []  # type: ignore[arg-type]
