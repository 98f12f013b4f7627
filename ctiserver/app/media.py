"""From what an engine wants said to what Asterisk plays."""

import re
from datetime import date
from pathlib import Path

import structlog

from ctiserver.app import prompt_files
from ctiserver.app.rendered_names import RenderedNames
from ctiserver.asterisk import install
from ctiserver.core.commands import Play
from ctiserver.core.config import Config
from ivr.prompts import Prompts

log = structlog.get_logger()
_HALVES = {"morning": "in-the-morning", "afternoon": "in-the-afternoon"}
_KEY = re.compile(r"[0-9a-f]{32}")
_HOUSE = re.compile(r"\b\d{1,6}\b")


class SpokenMedia:
    """Resolves what Play says into ARI media URIs, never into none.

    A key of the manifest; or a kind and a value: `number:N`, `place:N`, `wait:SECONDS-SECONDS`, `amount:PESOS`,
    `date:DAY@TODAY` (both as "2026-11-23"), `time:HH:MM`, `half_day:morning` or `afternoon`, `digits:TEXT`,
    `name:TEXT`, `own:ACCOUNT/KEY` (a recording that a company brought), `tone:ring` (until it is stopped). A value that
    cannot be said is left out.
    """

    def __init__(
        self, prompts: Prompts, names: RenderedNames | None = None, recordings: Path | None = None
    ) -> None:
        """`recordings`: the folder of what companies brought."""
        self._prompts, self._names = prompts, names
        self._recordings = recordings.absolute() if recordings else None

    def __call__(self, play: Play) -> list[str]:
        """The media of a Play, in order."""
        said = [uri for say in play.says for uri in self._media(say, play.language)]
        return said or [*self._prompts.silence()]

    def _media(self, say: str, language: str) -> tuple[str, ...]:
        kind, colon, value = say.partition(":")
        if colon:
            try:
                return self._value(kind, value, language)
            except ValueError:
                log.error("a value cannot be said", kind=kind)
                return ()
        if say == "silence":
            return self._prompts.silence()
        if say not in self._prompts:
            return self._prompts.media("beep", language)
        return self._prompts.media(say, language)

    def _value(self, kind: str, value: str, language: str) -> tuple[str, ...]:
        match kind:
            case "number":
                return self._prompts.number(int(value), language)
            case "place" | "wait":
                return self._waiting(value, language)
            case "amount":
                return self._prompts.amount(int(value), language)
            case "date":
                day, _, today = value.partition("@")
                return self._prompts.day(date.fromisoformat(day), date.fromisoformat(today), language)
            case "half_day":
                return self._prompts.media(_HALVES[value], language) if value in _HALVES else ()
            case "time":
                hour, _, minute = value.partition(":")
                return self._prompts.clock(int(hour), int(minute), language)
            case "digits":
                return self._prompts.digits(value, language)
            case "name" | "own":
                return self._name(value, language) if kind == "name" else self._own(value)
            case "tone":
                return (f"tone:{value}",)
            case _:
                return self._prompts.media("beep", language)

    def _waiting(self, value: str, language: str) -> tuple[str, ...]:
        """A place in line, or a wait: from so many seconds to so many."""
        least, dash, most = value.partition("-")
        if not dash:
            return self._prompts.place(int(value), language)
        return self._prompts.wait_between(float(least), float(most), language)

    def _name(self, text: str, language: str) -> tuple[str, ...]:
        """A sound made beforehand; where there is none, the number of the house, if the name has one."""
        if self._names and (sound := self._names.sound(text, language)):
            return (f"sound:{sound}",)
        house = _HOUSE.findall(text)
        return self._prompts.number(int(house[-1]), language) if house else ()

    def _own(self, value: str) -> tuple[str, ...]:
        account, _, key = value.partition("/")
        if self._recordings is None or not account.isdecimal() or not _KEY.fullmatch(key):
            return ()
        sound = self._recordings / account / key
        return (f"sound:{sound}",) if sound.with_suffix(".wav").exists() else ()


def prompts_of(config: Config) -> Prompts:
    """The installation's prompts, as far as their sounds are there."""
    directory: Path = config.prompts.directory
    asterisk = install.installed(config)
    available = None
    if asterisk:
        available = prompt_files.available(directory, Path(asterisk.data_dir) / "sounds")
    return Prompts(prompt_files.load(directory), str(directory.absolute()), available=available)
