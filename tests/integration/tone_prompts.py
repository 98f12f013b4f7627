"""Prompts that a machine can tell apart: every one is a tone, one pitch for each language."""

import shutil
import wave
from array import array
from collections.abc import Mapping
from dataclasses import replace
from math import pi, sin
from pathlib import Path

from ctiserver.app import prompt_files
from ivr.prompt_manifest import Manifest, Prompt

_RATE = 8000
HERTZ = {"es": 600, "en": 900}


def tone_prompts(folder: Path, seconds: float) -> str:
    """The section of `ctiserver.toml` for prompts that are made in `folder`, each so long."""
    shutil.copytree(prompt_files.SHIPPED, folder, ignore=shutil.ignore_patterns("*.wav", "*.py", "__*"))
    shipped = prompt_files.load()
    voices = {prompt.language: prompt.voice for prompt in shipped if prompt.voice}
    prompts: Mapping[str, Mapping[str, Prompt]] = {
        key: {
            language: replace(prompt, source="rendered", recording="", voice=voices[language])
            for language, prompt in by_language.items()
        }
        for key, by_language in shipped.prompts.items()
    }
    prompt_files.save(Manifest(licences=shipped.licences, voices=shipped.voices, prompts=prompts), folder)
    for key in prompts:
        for language, hertz in HERTZ.items():
            write_tone(folder / language / f"{key}.wav", hertz, seconds)
    return f'[prompts]\ndirectory = "{folder}"\n'


def write_tone(path: Path, hertz: int, seconds: float) -> None:
    """A file of one tone, 8 kHz; its folder may be missing."""
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        one_second = array("h", (round(8000 * sin(2 * pi * hertz * i / _RATE)) for i in range(_RATE)))
        samples = one_second * (int(seconds) + 1)
        file.writeframes(samples[: round(seconds * _RATE)].tobytes())
