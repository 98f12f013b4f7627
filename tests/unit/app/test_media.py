from pathlib import Path
from typing import Any

import pytest

from ctiserver.app import prompt_files
from ctiserver.app.media import SpokenMedia
from ctiserver.core.commands import Play
from ivr.prompts import Prompts

DIRECTORY = "/prompts"


def media(*says: str, language: str = "es") -> list[str]:
    """What Asterisk plays; every sound exists."""
    ids: Any = "id"
    spoken = SpokenMedia(Prompts(prompt_files.load(), DIRECTORY))
    return spoken(Play(playback=ids, leg=ids, says=says, language=language))


def test_prompts_are_played_in_the_callers_language_in_order() -> None:
    assert media("greeting", "one-moment") == ["sound:/prompts/es/greeting", "sound:/prompts/es/one-moment"]
    assert media("greeting", language="en") == ["sound:/prompts/en/greeting"]


def test_numbers_and_places_are_spoken_in_words() -> None:
    assert [uri.rsplit("/", 1)[1] for uri in media("number:31", language="es")] == ["30", "and", "1"]
    assert [uri.rsplit("/", 1)[1] for uri in media("number:31", language="en")] == ["30", "1"]
    assert media("place:1") != media("place:2")


@pytest.mark.parametrize("say", ["no-such-prompt", "", "strange:thing"])
def test_what_nobody_knows_is_a_beep_and_never_silence(say: str) -> None:
    assert [Path(uri).name for uri in media(say)] == ["beep"]
