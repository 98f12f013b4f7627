"""Keys pressed during an announcement, by callers who know the way."""

from itertools import count
from typing import Any

from company import FLOW, configured

from ctiserver.core.commands import Play, StopPlaying
from ctiserver.core.events import ContactQueued, LanguageChosen, NodeEntered, ValueCollected
from ctiserver.core.inputs import CallArrived, DigitPressed, LegAnswered, PromptEnded
from ctiserver.core.message import Message
from ctiserver.core.tables import Document
from ctiserver.core.turn import Turn
from ivr.session import Ivr

LEG: Any = "leg"
_ordinals = count(1)


def say(engine: Ivr, message: Message) -> list[Message]:
    """Everything that the engine says to one input."""
    turn = Turn(name=f"t{next(_ordinals)}", at=getattr(message, "at", 0.0))
    engine.handle(message, turn)
    return turn.said


def in_the_greeting(**nodes: Any) -> tuple[Ivr, Play]:
    """A caller who hears the first announcement; `nodes` replace those of the company's flow."""
    engine = Ivr()
    flow = FLOW | {"nodes": FLOW["nodes"] | nodes}
    say(engine, configured(flows={"main": Document(version=f"flow-{sorted(nodes)}", content=flow)}))
    say(engine, CallArrived(at=1.0, leg=LEG, did="+56221234567", pii_number=""))
    said = say(engine, LegAnswered(at=1.1, leg=LEG))
    [play] = [message for message in said if isinstance(message, Play)]
    return engine, play


def press(engine: Ivr, key: str) -> list[Message]:
    return say(engine, DigitPressed(at=2.0, leg=LEG, pii_digit=key))


def nodes(said: list[Message]) -> list[str]:
    return [message.node for message in said if isinstance(message, NodeEntered)]


def plays(said: list[Message]) -> list[tuple[str, ...]]:
    return [message.says for message in said if isinstance(message, Play)]


def test_a_key_during_the_greeting_counts_for_the_menu_that_follows() -> None:
    engine, greeting = in_the_greeting()
    said = press(engine, "1")
    assert StopPlaying(playback=greeting.playback) in said
    assert nodes(said) == ["main", "bills"]
    assert plays(said) == [("menu-bills",)]


def test_several_keys_lead_through_several_menus() -> None:
    engine, _ = in_the_greeting()
    said = [*press(engine, "1"), *press(engine, "1")]
    assert nodes(said) == ["main", "bills", "balance"]
    assert any(isinstance(message, ContactQueued) for message in said)


def test_a_wrong_key_during_the_greeting_is_told_with_the_menu() -> None:
    engine, _ = in_the_greeting()
    said = press(engine, "5")
    assert nodes(said) == ["main"]
    assert plays(said) == [("invalid-key", "menu-main")]


def test_the_repeat_key_during_the_greeting_goes_to_the_menu() -> None:
    engine, _ = in_the_greeting()
    assert plays(press(engine, "*")) == [("menu-main",)]


def test_what_lies_between_the_announcement_and_the_menu_still_counts() -> None:
    notice = {"type": "say", "prompts": ["notice"], "next": "to-english", "collect": {"notice": "skipped"}}
    language = {"type": "language", "language": "en", "next": "main"}
    start = {"type": "say", "prompts": ["greeting"], "next": "notice"}
    engine, _ = in_the_greeting(greeting=start, notice=notice, **{"to-english": language})
    said = press(engine, "1")
    assert nodes(said) == ["notice", "to-english", "main", "bills"]
    assert [m.key for m in said if isinstance(m, ValueCollected)] == ["notice", "topic"]
    assert [m.language for m in said if isinstance(m, LanguageChosen)] == ["en"]
    assert [m.language for m in said if isinstance(m, Play)] == ["en"]


def test_a_key_during_an_announcement_that_leads_to_a_queue_changes_nothing() -> None:
    engine, _ = in_the_greeting(greeting={"type": "say", "prompts": ["closed"], "next": "visit"})
    said = press(engine, "1")
    assert not nodes(said)
    assert not [message for message in said if isinstance(message, Play | StopPlaying)]


def test_the_emergency_key_during_the_greeting_needs_no_menu() -> None:
    engine, _ = in_the_greeting()
    assert nodes(press(engine, "9")) == ["advice"]


def test_the_end_of_the_announcement_that_was_cut_short_is_no_step_further() -> None:
    engine, greeting = in_the_greeting()
    press(engine, "1")
    assert say(engine, PromptEnded(at=2.1, playback=greeting.playback)) == []
