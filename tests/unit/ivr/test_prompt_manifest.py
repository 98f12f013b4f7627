import tomllib
from typing import Any

import pytest

from ctiserver.core.errors import ConfigError
from ivr.prompt_manifest import as_toml, parse


def document(**changes: Any) -> dict[str, Any]:
    spanish = {"text": "Hola.", "source": "rendered", "voice": "dora", "licence": "L", "seconds": 1.5}
    english = {"text": "Hello.", "source": "recorded", "recording": "hello", "licence": "L"}
    return {
        "licences": {"L": "whom to credit"},
        "voices": {"dora": "es-419"},
        "prompts": {"hello": {"es": {**spanish, **changes}, "en": english}},
    }


def mistakes_of(wrong: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(wrong)
    return [mistake.path for mistake in caught.value.mistakes]


def test_a_manifest_written_and_read_again_is_the_same() -> None:
    manifest = parse(document(text='Diga "sí" o\nmarque \\.', spoken="ñandú"))
    assert parse(tomllib.loads(as_toml(manifest))) == manifest


def test_no_prompt_goes_without_a_licence_that_names_whom_to_credit() -> None:
    assert mistakes_of(document(licence="")) == ["prompts.hello.es.licence"]
    assert mistakes_of(document(licence="unknown")) == ["prompts.hello.es.licence"]
    assert mistakes_of({**document(), "licences": {"L": " "}}) == ["licences.L"]


def test_all_mistakes_are_told_at_once_with_their_place() -> None:
    wrong = document(text="", source="sung", colour="red", wav_sha256="12", seconds=-1)
    wrong["prompts"]["Bad key"] = {"es": {}}
    assert mistakes_of(wrong) == [
        "prompts.hello.es.colour",
        "prompts.hello.es.text",
        "prompts.hello.es.seconds",
        "prompts.Bad key",
        "prompts.Bad key",
        "prompts.hello.es.source",
        "prompts.hello.es.wav_sha256",
    ]


def test_a_rendered_prompt_needs_a_known_voice_and_a_recorded_one_its_file() -> None:
    assert mistakes_of(document(voice="nobody")) == ["prompts.hello.es.voice"]
    assert mistakes_of(document(source="recorded")) == ["prompts.hello.es.recording"]


def test_an_empty_document_names_every_missing_table() -> None:
    assert mistakes_of({}) == ["licences", "voices", "prompts"]


def test_a_changed_text_no_longer_fits_the_hash() -> None:
    before = parse(document()).prompts["hello"]["es"]
    after = parse(document(text="Buenas.", text_sha256=before.words_sha256)).prompts["hello"]["es"]
    assert after.text_sha256 != after.words_sha256
