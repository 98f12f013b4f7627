from pathlib import Path
from typing import Any

import pytest

from ctiserver.app import prompt_files
from ctiserver.app.media import SpokenMedia
from ctiserver.app.rendered_names import RenderedNames
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


def test_sums_dates_and_digits_are_spoken_and_what_cannot_be_said_is_left_out() -> None:
    names = [Path(uri).name for uri in media("amount:21000", "date:2026-11-23@2026-11-22", "digits:7-K")]
    assert names == [
        "20-and",
        "1M",
        "thousand",
        "pesos",
        "tomorrow",
        "day-1",
        "23",
        "es-de",
        "mon-10",
        "7",
        "k",
    ]
    assert media("amount:much", "greeting") == media("greeting")
    assert [Path(uri).parent.name for uri in media("amount:much")] == ["silence"]


def test_a_half_day_is_said_with_its_hours() -> None:
    said = media("half_day:morning", "half_day:afternoon", "half_day:night")
    assert [Path(uri).name for uri in said] == ["in-the-morning", "in-the-afternoon"]


def test_a_time_is_a_rendered_hour_with_its_minutes() -> None:
    assert media("time:18:00") == ["sound:/prompts/es/clock-18"]
    assert [Path(uri).name for uri in media("time:09:30")] == ["clock-9", "30"]
    assert media("time:18:00", language="en") == ["sound:/prompts/en/clock-18"]
    assert [Path(uri).name for uri in media("time:18:30", language="en")] == ["at", "6", "30", "p-m"]
    assert [Path(uri).parent.name for uri in media("time:25:00")] == ["silence"]


def test_a_name_is_the_sound_that_was_made_of_it_else_the_number_of_the_house(tmp_path: Path) -> None:
    names = RenderedNames(tmp_path, {"es": "ef_dora", "en": "af_heart"})
    spoken = SpokenMedia(Prompts(prompt_files.load(), DIRECTORY), names)

    def heard(text: str) -> list[str]:
        ids: Any = "id"
        return spoken(Play(playback=ids, leg=ids, says=(f"name:{text}", "greeting"), language="es"))[:-1]

    assert [Path(uri).name for uri in heard("Los Aromos 31, depto. B")] == ["30", "and", "1"]
    assert heard("Rosa Díaz") == []
    sound = names.file(names.name("Rosa  Díaz", "en"))
    sound.parent.mkdir()
    sound.write_bytes(b"")
    assert heard("Rosa Díaz") == [f"sound:{sound.with_suffix('')}"]


def test_a_recording_of_a_company_is_played_from_its_own_folder_and_nothing_else_is(tmp_path: Path) -> None:
    spoken = SpokenMedia(Prompts(prompt_files.load(), DIRECTORY), recordings=tmp_path / "own")
    key = "0a" * 16
    file = tmp_path / "own" / "1" / f"{key}.wav"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    (tmp_path / "secret.wav").write_bytes(b"")

    def heard(value: str) -> list[str]:
        ids: Any = "id"
        return spoken(Play(playback=ids, leg=ids, says=(f"own:{value}", "greeting"), language="es"))[:-1]

    assert heard(f"1/{key}") == [f"sound:{file.with_suffix('')}"]
    assert heard(f"2/{key}") == heard("1/../../secret") == heard("../secret") == heard("1") == []
    assert media(f"own:1/{key}", "greeting") == media("greeting")
