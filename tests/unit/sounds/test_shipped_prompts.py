"""The wav files and the manifest that come with the product."""

import hashlib

import pytest

from ctiserver.app import prompt_files
from ctiserver.app.prompt_rendering import stale
from ivr.prompt_manifest import LANGUAGES, Prompt

MANIFEST = prompt_files.load()
RENDERED = [prompt for prompt in MANIFEST if prompt.source == "rendered"]


def name_of(prompt: Prompt) -> str:
    return f"{prompt.language}/{prompt.key}"


def test_every_prompt_has_a_text_in_every_language() -> None:
    for by_language in MANIFEST.prompts.values():
        assert tuple(by_language) == LANGUAGES
        assert all(prompt.text.strip() for prompt in by_language.values())


def test_every_prompt_has_a_licence_and_every_licence_a_credit() -> None:
    assert {prompt.licence for prompt in MANIFEST} == set(MANIFEST.licences)
    assert all(MANIFEST.licences.values())


def test_no_prompt_is_stale() -> None:
    assert stale(MANIFEST, prompt_files.SHIPPED) == []


def test_every_prompt_is_measured_and_hashed() -> None:
    for prompt in MANIFEST:
        assert prompt.seconds > 0.3, name_of(prompt)
        assert prompt.text_sha256 == hashlib.sha256(prompt.words.encode()).hexdigest(), name_of(prompt)
        assert len(prompt.wav_sha256) == 64, name_of(prompt)


@pytest.mark.parametrize("prompt", RENDERED, ids=name_of)
def test_a_wav_is_audible_telephone_sound_that_starts_and_ends_clean(prompt: Prompt) -> None:
    sound = prompt_files.measure(prompt_files.wav_of(prompt, prompt_files.SHIPPED))
    assert (sound.rate_hz, sound.bits, sound.channels) == (8000, 16, 1)
    assert sound.sha256 == prompt.wav_sha256
    assert sound.seconds == pytest.approx(prompt.seconds, abs=0.001)
    # Asterisk's own recordings measure -17 to -22 dB RMS with peaks of -2 to -9 dB.
    assert -25 < sound.rms_dbfs < -17
    assert -9 < sound.peak_dbfs < -2.9
    assert 0.02 < sound.lead_silence_seconds < 0.3
    assert 0.02 < sound.tail_silence_seconds < 0.3


def test_speech_takes_as_long_as_its_text() -> None:
    for prompt in RENDERED:
        if len(prompt.words) < 14:
            continue  # of a word or two the silence around them is half
        letters_per_second = len(prompt.words) / prompt.seconds
        assert 9 < letters_per_second < 22, (name_of(prompt), letters_per_second)


def test_no_wav_lies_about_that_the_manifest_does_not_know() -> None:
    known = {prompt_files.wav_of(prompt, prompt_files.SHIPPED) for prompt in RENDERED}
    assert set(prompt_files.SHIPPED.rglob("*.wav")) == known
