from typing import Any

import pytest
from driven_ivr import CONTACT, LEG, nodes, plays
from single_node import AtNode

from ctiserver.core.commands import Listen, StartTimer, StopListening
from ctiserver.core.events import SpeechJudged
from ctiserver.core.inputs import SpeechHeard, SpeechMissed
from ctiserver.core.message import Message

KEY_TIMER = f"ivr:key:{CONTACT}"
SPEECH = {
    "phrases": {"es": {"1": ["saldo", "mi saldo"], "2": ["visita"]}, "en": {"1": ["balance"]}},
    "ask_back": {"1": "you-want-balance"},
}


class Speaking(AtNode):
    """A caller at a menu where he may speak, its prompt over."""

    def __init__(self, speech: dict[str, Any] | None = None, *, languages: tuple[str, ...] = ("es",)) -> None:
        menu = {"type": "menu", "prompts": ["menu"], "keys": {"1": "balance", "2": "next"}}
        super().__init__(
            menu | {"on_failure": "operator", "speech": SPEECH | (speech or {})}, spoken_languages=languages
        )
        self.listens = self.heard()

    def says(self, text: str, confidence: float, at: float = 7.0) -> list[Message]:
        return self.say(
            SpeechHeard(at=at, listening=self.session.listening, pii_text=text, confidence=confidence)
        )

    def misses(self, reason: Any, at: float = 9.0) -> list[Message]:
        return self.say(SpeechMissed(at=at, listening=self.session.listening, reason=reason))


def listens(said: list[Message]) -> list[tuple[str, ...]]:
    return [one.phrases for one in said if isinstance(one, Listen)]


def verdicts(said: list[Message]) -> list[str]:
    return [one.verdict for one in said if isinstance(one, SpeechJudged)]


def test_we_listen_once_the_prompt_is_over_and_he_has_a_little_longer() -> None:
    ivr = Speaking()
    assert ivr.listens == [
        Listen(
            listening=ivr.session.listening,
            leg=LEG,
            language="es",
            phrases=("saldo", "mi saldo", "visita"),
            seconds=5.0,
        ),
        StartTimer(timer=KEY_TIMER, due_at=12.0),
    ]


def test_a_phrase_said_surely_is_its_key() -> None:
    ivr = Speaking()
    said = ivr.says("mi saldo", 0.8)
    assert nodes(said) == ["balance"]
    assert [one for one in said if isinstance(one, SpeechJudged)] == [
        SpeechJudged(
            at=7.0, contact=CONTACT, node="here", pii_text="mi saldo", confidence=0.8, verdict="taken"
        )
    ]


@pytest.mark.parametrize(
    ("answer", "reached"), [("1", ["balance"]), ("2", []), ("sí", ["balance"]), ("no", [])]
)
def test_less_sure_he_is_asked_back_and_says_or_presses_yes_or_no(answer: str, reached: list[str]) -> None:
    ivr = Speaking()
    assert plays(ivr.says("saldo", 0.6)) == [("you-want-balance", "speech-confirm")]
    assert listens(ivr.heard()) == [("sí", "no")]
    said = ivr.press(answer) if answer.isdecimal() else ivr.says(answer, 0.9)
    assert nodes(said) == reached
    if not reached:
        assert plays(said) == [("menu",)]
        assert listens(ivr.heard()) == [("saldo", "mi saldo", "visita")]


def test_a_key_with_no_way_to_ask_back_is_unclear_when_it_is_not_sure() -> None:
    assert plays(Speaking().says("visita", 0.79)) == [("speech-unclear", "menu")]


@pytest.mark.parametrize(("text", "confidence"), [("saldo", 0.49), ("saldo visita", 1.0), ("otra cosa", 1.0)])
def test_what_is_not_understood_is_asked_again_and_then_only_keys_count(text: str, confidence: float) -> None:
    ivr = Speaking()
    said = ivr.says(text, confidence)
    assert (plays(said), verdicts(said)) == ([("speech-unclear", "menu")], ["unclear"])
    assert listens(ivr.heard()) != []
    assert plays(ivr.says(text, confidence)) == [("speech-keys-only", "menu")]
    assert ivr.heard(at=20.0) == [StartTimer(timer=KEY_TIMER, due_at=25.0)]
    assert nodes(ivr.press("1")) == ["balance"]


def test_who_is_never_understood_comes_to_a_person() -> None:
    ivr = Speaking()
    ivr.says("otra cosa", 1.0)
    ivr.heard()
    ivr.says("otra cosa", 1.0)
    ivr.heard()
    assert nodes(ivr.silence()) == ["operator"]


def test_a_key_ends_the_listening_and_what_was_said_meanwhile_comes_too_late() -> None:
    ivr = Speaking()
    listening = ivr.session.listening
    said = ivr.press("2")
    assert StopListening(listening=listening) in said
    assert nodes(said) == ["next"]
    assert ivr.say(SpeechHeard(at=7.0, listening=listening, pii_text="saldo", confidence=1.0)) == []


def test_silence_is_silence_at_once_and_a_recogniser_that_is_busy_leaves_him_his_time() -> None:
    ivr = Speaking()
    assert plays(ivr.misses("silence")) == [("no-key", "menu")]
    ivr = Speaking()
    said = ivr.misses("busy")
    assert plays(said) == []
    assert [one for one in said if not isinstance(one, StopListening)] == []
    assert nodes(ivr.press("1")) == ["balance"]


def test_where_his_language_is_not_recognised_nobody_listens() -> None:
    assert Speaking(languages=("en",)).listens == [StartTimer(timer=KEY_TIMER, due_at=9.0)]
    only_english = {"phrases": {"en": {"1": ["balance"]}}, "ask_back": {}}
    assert Speaking(only_english).listens == [StartTimer(timer=KEY_TIMER, due_at=9.0)]


def test_the_flow_key_of_a_person_works_while_we_listen() -> None:
    assert nodes(Speaking().press("0")) == ["operator"]


def test_who_hangs_up_while_we_listen_leaves_nothing() -> None:
    ivr = Speaking()
    ivr.hang_up()
    assert ivr.ivr.desk.listenings == {}
