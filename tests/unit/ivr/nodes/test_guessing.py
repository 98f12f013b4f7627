from typing import Any

import pytest
from driven_ivr import LOOK_UP, plays
from single_node import CONTACT, ROSA, AtNode, nodes

from ctiserver.core.commands import StartTimer, StopPlaying
from ctiserver.core.customers import Matter
from ctiserver.core.errors import ConfigError
from ctiserver.core.events import GuessTaken, ReasonGuessed
from ctiserver.core.inputs import LookedUp, PromptEnded
from ivr.flow_file import read_flow
from ivr.nodes import guessing
from ivr.nodes.guessing import is_held_out, is_worth_it

VISIT = Matter(kind="visit", recency="tomorrow", probability=0.4)
BILL = Matter(kind="bill", recency="overdue", probability=0.6)
CASE = Matter(kind="case", recency="older", probability=0.9)
MENU = {"type": "menu", "prompts": ["menu"], "keys": {"1": "balance", "2": "next"}, "on_failure": "operator"}
HELLO = {"type": "say", "prompts": ["hello"], "next": "guess"}
GUESS: dict[str, Any] = {
    "type": "guess",
    "key": "4",
    "offers": {"visit": "advice", "bill": "balance"},
    "next": "menu",
    "saves_seconds": 12.0,
}


def greeted(*matters: Matter, candidates: tuple[Any, ...] = (ROSA,), **changes: Any) -> AtNode:
    """A caller who hears the greeting; the guess follows."""
    ivr = AtNode(HELLO, guess=GUESS | changes, menu=MENU)
    ivr.say(LookedUp(at=2.5, look_up=LOOK_UP, candidates=candidates, matters=matters))
    return ivr


def guessed(said: list[Any]) -> list[ReasonGuessed]:
    return [one for one in said if isinstance(one, ReasonGuessed)]


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contact of these tests is not of the tenth that is left without."""
    monkeypatch.setattr(guessing, "is_held_out", lambda contact: False)


def test_the_likeliest_of_what_the_node_leads_to_is_offered_and_one_key_goes_there() -> None:
    ivr = greeted(VISIT, CASE)
    said = ivr.heard()
    assert plays(said) == [("guess-visit-tomorrow", "press-4")]
    assert guessed(said) == [
        ReasonGuessed(
            at=4.0,
            contact=CONTACT,
            kind="visit",
            recency="tomorrow",
            probability=0.4,
            treatment="offered",
            node="advice",
        )
    ]
    said = ivr.press("4")
    assert GuessTaken(at=5.0, contact=CONTACT) in said
    assert nodes(said)[0] == "advice"
    assert any(isinstance(one, StopPlaying) for one in said)


def test_a_bill_outweighs_a_less_likely_visit() -> None:
    assert plays(greeted(VISIT, BILL).heard()) == [("guess-bill", "press-4")]


def test_any_other_key_counts_for_the_menu_behind_at_once() -> None:
    for key, way in (("1", ["menu", "balance"]), ("2", ["menu", "next"]), ("0", ["operator"])):
        ivr = greeted(VISIT)
        ivr.heard()
        assert nodes(ivr.press(key)) == way
    ivr = greeted(VISIT)
    ivr.heard()
    assert plays(ivr.press("7")) == [("invalid-key", "menu")]
    ivr = greeted(VISIT)
    ivr.heard()
    assert plays(ivr.press("*")) == [("menu",)]


def test_a_wrong_guess_costs_three_seconds_however_long_its_words_are() -> None:
    ivr = greeted(VISIT)
    said = ivr.heard(at=4.0)
    assert [one.due_at - one_at for one in said if isinstance(one, StartTimer) for one_at in (4.0,)] == [3.0]
    said = ivr.silence(at=7.0)  # in the middle of the words
    assert nodes(said) == ["menu"]
    assert isinstance(said[0], StopPlaying)
    ivr = greeted(VISIT)
    ivr.heard(at=4.0)
    assert ivr.heard(at=6.0) == []  # the words are over before: he has what is left of the time
    assert nodes(ivr.silence(at=7.0)) == ["menu"]


def test_the_key_of_the_guess_still_counts_at_the_menu_behind_and_no_further() -> None:
    ivr = greeted(VISIT)
    ivr.heard()
    ivr.silence()
    assert nodes(ivr.press("4"))[0] == "advice"
    asks = {
        "type": "ask",
        "prompts": ["which"],
        "key": "k",
        "min_length": 1,
        "next": "next",
        "on_failure": "operator",
    }
    for behind in (MENU | {"keys": {"1": "deeper"}}, asks):
        ivr = AtNode(HELLO, guess=GUESS, menu=behind, deeper=MENU)
        ivr.say(LookedUp(at=2.5, look_up=LOOK_UP, candidates=(ROSA,), matters=(VISIT,)))
        ivr.heard()
        ivr.silence()
        ivr.press("1")
        assert not any(isinstance(one, GuessTaken) for one in ivr.press("4"))


def test_who_presses_a_key_during_the_greeting_is_asked_nothing() -> None:
    said = greeted(VISIT).press("1")
    assert nodes(said) == ["guess", "menu", "balance"]
    assert not guessed(said)


def test_nobody_is_asked_of_whom_nothing_is_known_and_nobody_twice() -> None:
    for ivr in (greeted(), greeted(CASE), greeted(VISIT, candidates=(ROSA, ROSA))):
        said = ivr.heard()
        assert nodes(said) == ["guess", "menu"]
        assert not guessed(said)
    again = greeted(VISIT, next="here")
    again.heard()
    again.silence()
    assert nodes(again.say(PromptEnded(at=9.0, playback=again.session.playback))) == ["guess", "here"]


def test_what_would_cost_more_than_it_saves_is_written_down_and_not_asked() -> None:
    said = greeted(Matter(kind="visit", recency="later", probability=0.19)).heard()
    assert [one.treatment for one in guessed(said)] == ["not_worth"]
    assert nodes(said) == ["guess", "menu"]
    assert is_worth_it(0.21, 12, 3)
    assert not is_worth_it(0.2, 12, 3)


def test_a_tenth_is_left_without_by_a_lot_that_falls_the_same_in_a_replay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guessing, "is_held_out", lambda contact: True)
    said = greeted(VISIT).heard()
    assert [one.treatment for one in guessed(said)] == ["held_out"]
    assert nodes(said) == ["guess", "menu"]
    monkeypatch.undo()
    drawn = [is_held_out(f"cc-1-7-{number:x}") for number in range(20_000)]
    assert drawn == [is_held_out(f"cc-1-7-{number:x}") for number in range(20_000)]
    assert 0.09 < sum(drawn) / len(drawn) < 0.11


FLOW = """\
name = "main"
start = "guess"
emergency = { key = "9", node = "leak" }
repeat_key = "*"

[node.guess]
type = "guess"
key = "4"
offers = { visit = "leak" }
next = "menu"

[node.menu]
type = "menu"
prompts = ["menu"]
keys = { 1 = "leak" }
on_failure = "leak"

[node.leak]
type = "queue"
queue = "emergency"
"""
PROMPTS = {
    "menu",
    "invalid-key",
    "no-key",
    "press-4",
    "guess-visit",
    "guess-visit-today",
    "guess-visit-tomorrow",
}


@pytest.mark.parametrize(
    ("change", "line", "error_id"),
    [
        (('key = "4"', 'key = "1"'), 8, "key_used_twice"),
        (('key = "4"', 'key = "9"'), 8, "key_used_by_flow"),
        (('key = "4"', 'key = "*"'), 8, "key_used_by_flow"),
        (('key = "4"', 'key = "A"'), 8, "not_a_key"),
        (("visit = ", "weather = "), 9, "no_matter"),
        (('{ visit = "leak" }', "{}"), 9, "no_offers"),
        (('next = "menu"', 'next = "menu"\nlimit_seconds = 3.5'), 11, "guess_too_long"),
        (('next = "menu"', 'next = "guess"'), 6, "circle"),
    ],
)
def test_the_checker_knows_what_can_be_wrong(change: tuple[str, str], line: int, error_id: str) -> None:
    assert read_flow(FLOW, "f", prompts=PROMPTS, queues={"emergency"})
    with pytest.raises(ConfigError) as refused:
        read_flow(FLOW.replace(*change), "f", prompts=PROMPTS, queues={"emergency"})
    assert (f"f:{line}", error_id) in [(one.path, one.error_id) for one in refused.value.mistakes]


def test_the_words_of_every_guess_must_be_there() -> None:
    with pytest.raises(ConfigError) as refused:
        read_flow(FLOW, "f", prompts=PROMPTS - {"guess-visit-today"}, queues={"emergency"})
    assert [one.error_id for one in refused.value.mistakes] == ["no_prompt"]
