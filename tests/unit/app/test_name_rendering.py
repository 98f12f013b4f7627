"""Streets become sounds: by which command, how often, within which bounds, and what the doctor says of it."""

import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from structlog.testing import CapturingLogger

from crm_core import schema, spoken_names
from crm_core.contact_points import keep_address
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.privacy import erasure
from crm_core.provenance import Origin, Source
from crm_core.spoken_names import SpokenName, Wanted
from ctiserver.app.doctor_names import names
from ctiserver.app.erased_files import ErasedFiles
from ctiserver.app.name_rendering import NameRendering, in_full
from ctiserver.app.rendered_names import names_of
from ctiserver.core.config import Config, Database, Installation, Prompts
from ctiserver.process.personal_files import personal_files

# Obeys the protocol of sounds/render_kokoro.py; of each text it makes as many samples as it has letters, times 100.
TOOL = """
import json, sys, wave
from array import array
for order in map(json.loads, sys.stdin):
    if "dumb" in order["words"]:
        sys.exit("no such word")
    with wave.open(order["wav"], "wb") as file:
        file.setnchannels(1); file.setsampwidth(2); file.setframerate(8000)
        file.writeframes(array("h", [4000, -4000] * 50 * len(order["words"])).tobytes())
    print(order["wav"], flush=True)
"""
STREET = "Av. Los Aromos 123"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.delenv("CTI_PROMPT_RENDERER", raising=False)
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    return Config(
        installation=Installation(state_dir=tmp_path / "state"),
        database=Database(url=url),
        prompts=Prompts(renderer=shlex.join([sys.executable, "-c", TOOL])),
    )


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with Store(config.database.url) as opened:
        yield opened


def live(store: Store, street: str = STREET, city: str = "") -> int:
    """One more who lives there; of him only the address is to be spoken."""
    number = store.write(add_customer, 1, now=0.0, name="Rosa").id
    store.write(lambda session: session.execute(delete(SpokenName).where(SpokenName.text == "Rosa")))
    origin = Origin(source=Source.CUSTOMER, by="ann")
    store.write(keep_address, 1, number, street=street, city=city, origin=origin, now=1.0)
    return number


def sounds(config: Config) -> list[Path]:
    return sorted((config.installation.state_dir / "names").rglob("*.wav"))


def rendering(store: Store, config: Config) -> NameRendering:
    return NameRendering(store, config, {})


def test_a_street_is_spoken_once_and_said_in_calls_of_either_language(store: Store, config: Config) -> None:
    live(store, city="Ñuñoa")
    live(store)
    calls = names_of(config)
    assert calls.sound(STREET, "es") is None
    assert rendering(store, config).turn() is True
    assert rendering(store, config).turn() is False
    assert len(sounds(config)) == 2
    for language in ("es", "en"):
        assert calls.sound(STREET, language) == str(calls.file(calls.name(STREET, "es")).with_suffix(""))
    assert store.read(spoken_names.counted) == (0, 3)
    assert [str(found.mark) for found in names(config)] == ["ok"]


def test_a_customer_is_called_by_his_name_once_it_is_spoken(store: Store, config: Config) -> None:
    store.write(add_customer, 1, now=0.0, name="Rosa", surname="Díaz")
    assert rendering(store, config).turn() is True
    assert names_of(config).sound("Rosa Díaz", "es") is not None


def test_a_tool_that_is_not_there_is_told_once_and_keeps_everything_waiting(
    store: Store, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(store)
    for prompts in (Prompts(), Prompts(renderer="/nonexistent/tool")):
        lacking = replace(config, prompts=prompts)
        job = rendering(store, lacking)
        told = CapturingLogger()
        monkeypatch.setattr("ctiserver.app.name_rendering._log", told)
        assert [job.turn(), job.turn()] == [False, False]
        assert [line.method_name for line in told.calls] == ["warning"]
        [found] = names(lacking)
        assert (str(found.mark), "1 wait" in found.says) == ("WARN", True)
    assert store.read(spoken_names.counted) == (1, 0)


def test_what_the_tool_cannot_say_is_given_up_and_the_rest_is_said(store: Store, config: Config) -> None:
    live(store, street="Los Aromos 1")
    live(store, street="dumb 2")
    job = rendering(store, config)
    assert [job.turn() for _ in range(4)] == [True, False, False, False]
    assert store.read(spoken_names.counted) == (0, 1)


def test_the_oldest_sounds_give_way_when_their_part_of_the_disk_is_full(
    store: Store, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctiserver.app.name_rendering._MEGABYTE", 10)  # 5000 bytes by default: two of 2444
    for house in range(3):
        live(store, street=f"Los Aromos {house}")
    assert rendering(store, config).turn() is True
    calls = names_of(config)
    assert [calls.sound(f"Los Aromos {house}", "es") is None for house in range(3)] == [True, False, False]
    assert len(sounds(config)) == 2
    live(store, street="Los Aromos 0")
    assert rendering(store, config).turn() is True
    assert calls.sound("Los Aromos 0", "es") is not None


def test_the_sound_of_his_street_goes_with_a_person(store: Store, config: Config) -> None:
    rosa, other = live(store), live(store, street="Suecia 482")
    rendering(store, config).turn()
    assert len(sounds(config)) == 2
    erased: dict[str, Any] = {"confirmation": "Rosa", "ground": "asked", "by": "boss", "now": 9e9}
    store.write(erasure.erase, 1, rosa, **erased)
    ErasedFiles(store, personal_files(config)).turn(9e9)
    calls = names_of(config)
    assert (calls.sound(STREET, "es"), calls.sound("Suecia 482", "es") is None) == (None, False)
    assert store.read(spoken_names.sounds_of, 1, [other]) == [calls.name("Suecia 482", "es")]


def test_short_forms_are_given_to_the_voice_in_full() -> None:
    assert in_full(Wanted(1, "Av. Sta. María 12", "es")) == "avenida santa María 12"
    assert in_full(Wanted(1, "Dr. Brown 12", "en")) == "Dr. Brown 12"
