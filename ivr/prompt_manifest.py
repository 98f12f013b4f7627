"""The manifest of the prompts: what each one says, in each language, and where its sound comes from.

Every prompt exists in every language. A *rendered* one is a wav of ours, spoken by a synthetic voice from
its text; a *recorded* one is a human recording of Asterisk's core sounds, named as in that package. The
text hash of a rendered prompt is the hash of the text that its wav really speaks: a changed text makes it
stale, and only then is it rendered again. Each entry names its licence, and each licence states whom to
credit.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ctiserver.core.errors import ConfigError, Mistake

LANGUAGES = ("es", "en")
SOURCES = ("rendered", "recorded")

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}|")

HEADER = """\
# What the callers hear. A person writes `text`, `source`, `licence`, `voice` or `recording`, and `spoken`
# (what the voice is given instead of the text where it would read that wrongly). `ctiserver ivr say` renders
# the wav files and fills in the rest. docs/prompts.md explains both.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt in one language; the two hashes and `seconds` are empty until it has a sound."""

    key: str
    language: str
    text: str
    source: str
    licence: str
    voice: str = ""
    spoken: str = ""
    recording: str = ""
    text_sha256: str = ""
    wav_sha256: str = ""
    seconds: float = 0.0

    @property
    def words(self) -> str:
        """What the voice is given to read."""
        return self.spoken or self.text

    @property
    def words_sha256(self) -> str:
        """The hash that `text_sha256` has as long as the sound speaks the present text."""
        return hashlib.sha256(self.words.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All prompts by key and language, the phoneme language of each voice, the credit of each licence."""

    licences: Mapping[str, str]
    voices: Mapping[str, str]
    prompts: Mapping[str, Mapping[str, Prompt]]

    def __iter__(self) -> Iterator[Prompt]:
        for by_language in self.prompts.values():
            yield from by_language.values()


_TEXT_FIELDS = tuple(f.name for f in fields(Prompt) if f.name not in ("key", "language", "seconds"))


def parse(document: Mapping[str, Any]) -> Manifest:
    """The manifest in a parsed TOML document.

    Raises ConfigError with every mistake at once, each with its place in the document.
    """
    mistakes: list[Mistake] = []
    licences = _strings(document, "licences", mistakes)
    voices = _strings(document, "voices", mistakes)
    prompts: dict[str, dict[str, Prompt]] = {}
    for key, by_language in _table(document, "prompts", mistakes).items():
        path = f"prompts.{key}"
        if not _KEY.fullmatch(key):
            mistakes.append(Mistake(path, "a key is lower-case words joined by hyphens"))
        if not isinstance(by_language, Mapping) or sorted(by_language) != sorted(LANGUAGES):
            mistakes.append(Mistake(path, f"give it in each language: {', '.join(LANGUAGES)}"))
            continue
        prompts[key] = {
            language: _prompt(key, language, by_language[language], mistakes) for language in LANGUAGES
        }
    manifest = Manifest(licences=licences, voices=voices, prompts=prompts)
    for prompt in manifest:
        mistakes += _inconsistencies(manifest, prompt)
    if mistakes:
        raise ConfigError(mistakes)
    return manifest


def as_toml(manifest: Manifest) -> str:
    """The manifest as the text of its file; `parse` of it gives the same manifest."""
    lines = [HEADER, *_section("licences", manifest.licences), *_section("voices", manifest.voices)]
    for prompt in manifest:
        given = {f: getattr(prompt, f) for f in (*_TEXT_FIELDS, "seconds") if getattr(prompt, f)}
        lines += _section(f"prompts.{prompt.key}.{prompt.language}", given)
    return "\n".join(lines).rstrip() + "\n"


def _section(name: str, values: Mapping[str, object]) -> list[str]:
    # A JSON string or number is also a TOML string or number.
    pairs = [f"{_toml_key(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return [f"[{name}]", *pairs, ""]


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _table(document: Mapping[str, Any], name: str, mistakes: list[Mistake]) -> Mapping[str, Any]:
    table = document.get(name)
    if isinstance(table, Mapping) and table:
        return table
    mistakes.append(Mistake(name, "this table is missing or empty"))
    return {}


def _strings(document: Mapping[str, Any], name: str, mistakes: list[Mistake]) -> dict[str, str]:
    table = _table(document, name, mistakes)
    for key, value in table.items():
        if not isinstance(value, str) or not value.strip():
            mistakes.append(Mistake(f"{name}.{key}", "write a text here"))
    return {key: str(value) for key, value in table.items()}


def _prompt(key: str, language: str, table: object, mistakes: list[Mistake]) -> Prompt:
    path = f"prompts.{key}.{language}"
    given = dict(table) if isinstance(table, Mapping) else {}
    for name in sorted(given.keys() - {*_TEXT_FIELDS, "seconds"}):
        mistakes.append(Mistake(f"{path}.{name}", "no such field"))
    for name in ("text", "source", "licence"):
        if not given.get(name):
            mistakes.append(Mistake(f"{path}.{name}", "missing"))
    seconds = given.get("seconds", 0.0)
    if not isinstance(seconds, (int, float)) or seconds < 0:
        mistakes.append(Mistake(f"{path}.seconds", "a number of seconds, not negative"))
        seconds = 0.0
    texts = {name: str(given.get(name, "")) for name in _TEXT_FIELDS}
    return Prompt(key=key, language=language, seconds=float(seconds), **texts)


def _inconsistencies(manifest: Manifest, prompt: Prompt) -> Iterator[Mistake]:
    path = f"prompts.{prompt.key}.{prompt.language}"
    if prompt.source and prompt.source not in SOURCES:
        yield Mistake(f"{path}.source", f"one of: {', '.join(SOURCES)}")
    if prompt.source == "rendered" and prompt.voice not in manifest.voices:
        yield Mistake(f"{path}.voice", f"one of the voices: {', '.join(manifest.voices)}")
    if prompt.source == "recorded" and not prompt.recording:
        yield Mistake(f"{path}.recording", "name the file of Asterisk's core sounds, without extension")
    if prompt.licence and prompt.licence not in manifest.licences:
        yield Mistake(f"{path}.licence", f"one of the licences: {', '.join(manifest.licences)}")
    for name in ("text_sha256", "wav_sha256"):
        if not _SHA256.fullmatch(getattr(prompt, name)):
            yield Mistake(f"{path}.{name}", "64 hexadecimal digits")
