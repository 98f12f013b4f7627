from typing import Any

import pytest
from driven_ivr import CONTACT, nodes, plays
from single_node import AtNode

from ctiserver.core.commands import StartTimer, StopPlaying
from ctiserver.core.events import ValueCollected

LABEL = {"es": "Pedido", "en": "Order"}


def asked(**changes: Any) -> AtNode:
    ask = {"type": "ask", "prompts": ["which"], "key": "order", "next": "next", "on_failure": "operator"}
    ivr = AtNode(ask | {"min_length": 3, "max_length": 5, "called": LABEL} | changes)
    ivr.heard()
    return ivr


def collected(said: list[Any]) -> list[tuple[str, str]]:
    return [(one.key, one.value) for one in said if isinstance(one, ValueCollected)]


def test_as_many_digits_as_there_can_be_are_the_answer() -> None:
    ivr = asked()
    said = ivr.press("12345")
    assert nodes(said) == ["next"]
    assert [one for one in said if isinstance(one, ValueCollected)] == [
        ValueCollected(at=5.0, contact=CONTACT, key="order", value="12345", label=LABEL, say_as="digits")
    ]
    assert ivr.session.values["order"] == "12345"


def test_fewer_digits_end_with_the_pound_key_or_with_a_pause() -> None:
    assert collected(asked().press("123#")) == [("order", "123")]
    ivr = asked()
    ivr.press("1234")
    assert collected(ivr.silence()) == [("order", "1234")]


def test_each_key_gives_a_few_seconds_for_the_next_and_the_first_stops_the_prompt() -> None:
    ivr = AtNode(
        {"type": "ask", "prompts": ["which"], "key": "order", "next": "next", "on_failure": "operator"}
    )
    prompt = ivr.session.playback
    said = ivr.press("1", at=5.0)
    assert StopPlaying(playback=prompt) in said
    assert said[-1] == StartTimer(timer=f"ivr:key:{CONTACT}", due_at=8.0)


def test_too_few_digits_and_silence_count_as_attempts_and_lead_to_a_person() -> None:
    ivr = asked()
    assert plays(ivr.press("12#")) == [("invalid-key", "which")]
    ivr.heard()
    assert plays(ivr.silence()) == [("no-key", "which")]
    ivr.heard()
    assert nodes(ivr.press("#")) == ["operator"]


def test_star_begins_again() -> None:
    assert collected(asked().press("99*123#")) == [("order", "123")]


def test_a_burst_of_keys_under_the_prompt_is_the_answer_too() -> None:
    ivr = AtNode(
        {"type": "say", "prompts": ["hello"], "next": "ask"},
        ask={
            "type": "ask",
            "prompts": ["which"],
            "key": "order",
            "max_length": 4,
            "next": "next",
            "on_failure": "operator",
        },
    )
    said = ivr.press("4321")
    assert nodes(said) == ["ask", "next"]
    assert collected(said) == [("order", "4321")]


def test_the_keys_of_the_whole_flow_are_digits_of_an_answer() -> None:
    assert collected(asked().press("90900")) == [("order", "90900")]


@pytest.mark.parametrize(
    ("keys", "node"), [("*0", "operator"), ("*9", "advice"), ("9#", "advice"), ("0#", "operator")]
)
def test_a_person_and_the_emergency_are_one_star_or_one_lone_key_away(keys: str, node: str) -> None:
    assert nodes(asked().press(keys)) == [node]


def test_a_lone_emergency_key_and_silence_is_an_emergency() -> None:
    ivr = asked()
    ivr.press("9")
    assert nodes(ivr.silence()) == ["advice"]


def test_two_stars_say_the_question_again() -> None:
    assert plays(asked().press("**")) == [("which",)]


def test_star_alone_and_then_digits_is_no_way_out() -> None:
    assert collected(asked().press("*123#")) == [("order", "123")]


def test_who_is_asked_to_confirm_hears_what_he_typed() -> None:
    ivr = asked(confirm=True)
    said = ivr.press("123#")
    assert plays(said) == [("you-entered", "digits:123", "confirm-keys")]
    assert collected(said) == []
    assert collected(ivr.press("1")) == [("order", "123")]


def test_who_corrects_is_asked_again_and_one_who_says_nothing_at_last_goes_to_a_person() -> None:
    ivr = asked(confirm=True)
    ivr.press("123#")
    assert plays(ivr.press("2")) == [("which",)]
    assert collected(ivr.press("456#1")) == [("order", "456")]
    ivr = asked(confirm=True)
    ivr.press("123#")
    ivr.heard()
    ivr.silence()
    ivr.heard()
    ivr.silence()
    ivr.heard()
    assert nodes(ivr.silence()) == ["operator"]


def test_shortcuts_work_while_he_confirms() -> None:
    ivr = asked(confirm=True)
    ivr.press("123#")
    assert nodes(ivr.press("9")) == ["advice"]


@pytest.mark.parametrize(
    ("kind", "keys", "value"),
    [
        ("amount", "0034500#", "34500"),
        ("date", "2312#", "1970-12-23"),
        ("date", "29022028", "2028-02-29"),
        ("rut", "123456785", "12345678-5"),
        ("rut", "6000006*#", None),
        ("yes_no", "1", "yes"),
        ("yes_no", "2", "no"),
    ],
)
def test_each_kind_is_kept_in_its_own_form(kind: str, keys: str, value: str | None) -> None:
    ivr = asked(kind=kind, min_length=0, max_length=0)
    assert collected(ivr.press(keys)) == ([("order", value)] if value else [])


def test_a_rut_with_the_check_digit_k_ends_with_star() -> None:
    assert collected(asked(kind="rut", min_length=0, max_length=0).press("6*#"))[0:1] in (
        [],
        [("order", "6-K")],
    )


def test_what_is_known_is_not_asked() -> None:
    ask = {"type": "ask", "prompts": ["which"], "key": "order", "known": "order", "next": "next"}
    say = {"type": "say", "prompts": ["hello"], "next": "ask", "collect": {"order": "77"}}
    ivr = AtNode(say, ask=ask | {"on_failure": "operator"})
    assert nodes(ivr.heard()) == ["ask", "next"]


def test_what_he_was_asked_in_this_call_may_be_asked_again_to_be_corrected() -> None:
    ask = {"type": "ask", "prompts": ["which"], "key": "order", "known": "order", "next": "again"}
    ivr = AtNode(
        ask | {"on_failure": "operator", "max_length": 2},
        again={"type": "say", "prompts": ["wrong-number"], "next": "here"},
    )
    ivr.press("77")
    assert plays(ivr.heard()) == [("which",)]
