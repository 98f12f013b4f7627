"""Keys pressed during an announcement, by callers who know the way."""

from typing import Any

from company import FLOW
from driven_ivr import Driven, nodes, plays

from ctiserver.core.commands import Play, StopPlaying
from ctiserver.core.events import ContactQueued, LanguageChosen, ValueCollected
from ctiserver.core.inputs import PromptEnded
from ctiserver.core.tables import Document


def in_the_greeting(**other_nodes: Any) -> Driven:
    """A caller who hears the first announcement; `other_nodes` replace those of the company's flow."""
    flow = FLOW | {"nodes": FLOW["nodes"] | other_nodes}
    return Driven(flows={"main": Document(version=f"flow-{sorted(other_nodes)}", content=flow)})


def test_a_key_during_the_greeting_counts_for_the_menu_that_follows() -> None:
    ivr = in_the_greeting()
    greeting = ivr.session.playback
    said = ivr.press("1")
    assert StopPlaying(playback=greeting) in said
    assert nodes(said) == ["main", "bills"]
    assert plays(said) == [("menu-bills",)]


def test_several_keys_lead_through_several_menus() -> None:
    said = in_the_greeting().press("11")
    assert nodes(said) == ["main", "bills", "balance"]
    assert any(isinstance(message, ContactQueued) for message in said)


def test_a_wrong_key_during_the_greeting_is_told_with_the_menu() -> None:
    said = in_the_greeting().press("5")
    assert nodes(said) == ["main"]
    assert plays(said) == [("invalid-key", "menu-main")]


def test_the_repeat_key_during_the_greeting_goes_to_the_menu() -> None:
    assert plays(in_the_greeting().press("*")) == [("menu-main",)]


def test_what_lies_between_the_announcement_and_the_menu_still_counts() -> None:
    notice = {"type": "say", "prompts": ["notice"], "next": "to-english", "collect": {"notice": "skipped"}}
    language = {"type": "language", "language": "en", "next": "main"}
    start = {"type": "say", "prompts": ["greeting"], "next": "notice"}
    ivr = in_the_greeting(greeting=start, notice=notice, **{"to-english": language})
    said = ivr.press("1")
    assert nodes(said) == ["notice", "to-english", "main", "bills"]
    assert [m.key for m in said if isinstance(m, ValueCollected)] == ["notice", "topic"]
    assert [m.language for m in said if isinstance(m, LanguageChosen)] == ["en"]
    assert [m.language for m in said if isinstance(m, Play)] == ["en"]


def test_a_key_during_an_announcement_that_leads_to_a_queue_changes_nothing() -> None:
    said = in_the_greeting(greeting={"type": "say", "prompts": ["closed"], "next": "visit"}).press("1")
    assert not nodes(said)
    assert not [message for message in said if isinstance(message, Play | StopPlaying)]


def test_the_emergency_key_during_the_greeting_needs_no_menu() -> None:
    assert nodes(in_the_greeting().press("9")) == ["advice"]


def test_the_end_of_the_announcement_that_was_cut_short_is_no_step_further() -> None:
    ivr = in_the_greeting()
    greeting = ivr.session.playback
    ivr.press("1")
    assert ivr.say(PromptEnded(at=6.0, playback=greeting)) == []
