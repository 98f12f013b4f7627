"""The real recogniser, on sound from files."""

import wave

import pytest

from ctiserver.speech.recogniser import Heard
from ctiserver.speech.vosk_recogniser import VoskModel
from tests.spoken import AGENT, MISHEARD, MODEL, NO, SOUNDS, VISIT, YES


@pytest.fixture(scope="module")
def model() -> VoskModel:
    return VoskModel(MODEL)


def heard(model: VoskModel, sound: bytes, *phrases: str) -> Heard | None:
    recogniser = model.recogniser(phrases)
    pieces = (sound[at : at + 1600] for at in range(0, len(sound), 1600))
    return next(filter(None, map(recogniser.accept, pieces)), None) or recogniser.finish()


def spoken(file: object) -> bytes:
    with wave.open(str(file)) as sound:
        return sound.readframes(sound.getnframes())


@pytest.mark.parametrize(("word", "other"), [(YES, NO), (NO, YES), (AGENT, VISIT), (VISIT, AGENT)])
def test_each_phrase_is_told_from_the_other(model: VoskModel, word: str, other: str) -> None:
    found = heard(model, spoken(SOUNDS[word]), word, other)
    assert found is not None
    assert (found.text, found.confidence > 0.8) == (word, True)


def test_silence_is_nothing_and_what_is_in_no_phrase_is_not_taken_for_a_whole_one(model: VoskModel) -> None:
    assert heard(model, bytes(32_000), AGENT, VISIT) is None
    found = heard(model, spoken(MISHEARD), AGENT, VISIT)
    assert found is None or found.text not in (AGENT, VISIT)


def test_words_that_the_model_lacks_are_named(model: VoskModel) -> None:
    assert model.unknown_words(["saldo pendiente", AGENT]) == ["saldo", "pendiente"]
