"""Which sounds to play for a prompt, a number, a sum of money, a date, a time, a place in the queue or a wait.

A caller never hears silence. If any sound of a sentence is missing in his language, the whole sentence is
said in the other language (half a sentence in each would be worse); if that is incomplete too, he hears the
recorded beep. Sounds of ours are named by their absolute path without extension, recordings by the folder
of their language under Asterisk's sounds folder, so that neither depends on the language set on the
channel.

A wait is told in words that stay true: under two minutes is "less than two minutes"; from there up to ten
it is exact, above ten it is rounded up to five minutes, since nobody believes "23 minutes".
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from math import ceil

from ctiserver.core.errors import ConfigError, Mistake
from ivr.prompt_manifest import LANGUAGES, Manifest, Prompt
from ivr.spoken_dates import recordings_of_date, recordings_of_time
from ivr.spoken_numbers import digits_of, recordings_of

RECORDING_FOLDERS: Mapping[str, str] = {"es": "es_MX_f_Allison", "en": "en_US_f_Allison"}
"""Folder of each language's core sounds, as Debian's packages name them, under Asterisk's sounds folder."""

_BEEP = "beep"
_SENTENCE_KEYS = (
    "queue-next",
    "queue-place-before",
    "queue-place-after",
    "queue-wait",
    "queue-less-than",
    "minutes",
    "peso",
    "pesos",
    "of-pesos",
)
_MINUTES_TOLD = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60)
"""Ends of the ranges that callers are told; nobody plans by the minute beyond these."""
_LARGEST_PLACE = 9999


class Prompts:
    """Answers with ARI media URIs (`sound:...`), to be played in order; never with none."""

    def __init__(
        self,
        manifest: Manifest,
        directory: str,
        *,
        available: Collection[str] | None = None,
        recording_folders: Mapping[str, str] = RECORDING_FOLDERS,
    ) -> None:
        """`directory`: absolute path of our wav files. `available`: the sounds that exist, named as in
        `sound_names`; None takes all for present. Raises ConfigError if the manifest lacks a prompt that
        the place or the wait is told with."""
        lacking = [key for key in _SENTENCE_KEYS if key not in manifest.prompts]
        if lacking:
            raise ConfigError([Mistake(f"prompts.{key}", "this prompt is needed: add it") for key in lacking])
        self._manifest = manifest
        self._directory = directory.rstrip("/")
        self._available = None if available is None else frozenset(available)
        self.recording_folders = recording_folders

    def __contains__(self, key: str) -> bool:
        return key in self._manifest.prompts

    def media(self, key: str, language: str) -> tuple[str, ...]:
        """The prompt's media. Raises KeyError for a key that the manifest does not know."""
        by_language = self._manifest.prompts[key]
        return self._said(language, lambda chosen: [self._name(by_language[chosen])])

    def seconds(self, key: str, language: str) -> float:
        """How long the prompt lasts in that language."""
        return self._manifest.prompts[key][language].seconds

    def number(self, number: int, language: str) -> tuple[str, ...]:
        """The number in words; 0..999 999 999, else ValueError."""
        return self._said(language, lambda chosen: self._number(number, chosen))

    def amount(self, pesos: int, language: str) -> tuple[str, ...]:
        """A sum in pesos: "veintiún mil pesos", "un millón de pesos"; 0..999 999 999, else ValueError."""
        unit = "peso" if pesos == 1 else "of-pesos" if pesos and pesos % 1_000_000 == 0 else "pesos"

        def said_in(chosen: str) -> list[str]:
            number = self._recorded(recordings_of(pesos, chosen, "masculine"), chosen)
            return [*number, self._name(self._manifest.prompts[unit][chosen])]

        return self._said(language, said_in)

    def day(self, day: date, today: date, language: str) -> tuple[str, ...]:
        """A date as somebody hears it whose own is `today`."""
        return self._said(
            language, lambda chosen: self._recorded(recordings_of_date(day, today, chosen), chosen)
        )

    def clock(self, hour: int, minute: int, language: str) -> tuple[str, ...]:
        """A time of the day, "a las nueve treinta"; ValueError for none."""
        if not (0 <= hour < 24 and 0 <= minute < 60):
            raise ValueError(f"{hour}:{minute} is no time of the day")

        def said_in(chosen: str) -> list[str]:
            key = f"clock-{hour}"
            whole = [self._name(self._manifest.prompts[key][chosen])] if key in self else []
            if whole and minute == 0:
                return whole
            rest = self._recorded(recordings_of_time(hour, minute, chosen), chosen)
            return [*whole, *rest] if chosen == "es" else rest

        return self._said(language, said_in)

    def digits(self, text: str, language: str) -> tuple[str, ...]:
        """Digits and letters one by one; () for a text that has none."""
        if not digits_of(text):
            return ()
        return self._said(language, lambda chosen: self._recorded(digits_of(text), chosen))

    def silence(self) -> tuple[str, ...]:
        """A second of nothing."""
        return _media([f"{self.recording_folders[LANGUAGES[0]]}/silence/1"])

    def place(self, place: int, language: str) -> tuple[str, ...]:
        """ "You are next" for the first place, else "you are caller number N waiting"; from 1 up."""
        if place <= 1:
            return self.media("queue-next", language)
        number = min(place, _LARGEST_PLACE)
        return self._sentence(language, "queue-place-before", number, "queue-place-after")

    def wait(self, expected_seconds: float, language: str) -> tuple[str, ...]:
        """The estimated wait, in minutes, as the module says."""
        minutes = ceil(expected_seconds / 60)
        if minutes < 2:
            return self._sentence(language, "queue-wait", "queue-less-than", 2, "minutes")
        if minutes > 10:
            minutes = min(ceil(minutes / 5) * 5, _LARGEST_PLACE)
        return self._sentence(language, "queue-wait", minutes, "minutes")

    def wait_between(self, least_seconds: float, most_seconds: float, language: str) -> tuple[str, ...]:
        """The estimated wait as a range, the shorter end rounded down and the longer one up; below a minute: up to."""
        least, most = least_seconds / 60.0, most_seconds / 60.0
        if most <= 1:
            return self.media("wait-under-1", language)
        if most > _MINUTES_TOLD[-1]:
            return self.media("wait-over-60", language)
        until = next(one for one in _MINUTES_TOLD if one >= most)
        since = max((one for one in _MINUTES_TOLD if one <= least and one < until), default=0)
        if since == 0:
            return self.media(f"wait-up-to-{until}", language)
        return self._sentence(language, f"wait-from-{since}", f"wait-to-{until}")

    def sound_names(self) -> frozenset[str]:
        """Every sound that the manifest, the numbers and the fall-back can ask for."""
        prompts = {self._name(prompt) for prompt in self._manifest}
        numbers = {
            name
            for language in LANGUAGES
            for number in (*range(100), *range(100, 1000, 100), 101, 1000, 1_000_000, 2_000_000)
            for name in self._recorded(recordings_of(number, language, "masculine"), language)
        }
        days = {
            name
            for language in LANGUAGES
            for ordinal in range(1, 366)
            for name in self._recorded(_day_of_a_year(ordinal, language), language)
        }
        times = {
            name
            for language in LANGUAGES
            for hour in (9, 15)
            for name in self._recorded(recordings_of_time(hour, 30, language), language)
        }
        return frozenset({*prompts, *numbers, *days, *times, *self._beeps(LANGUAGES)})

    def _sentence(self, language: str, *parts: str | int) -> tuple[str, ...]:
        def said_in(chosen: str) -> list[str]:
            names: list[str] = []
            for part in parts:
                if isinstance(part, int):
                    names += self._number(part, chosen)
                else:
                    names.append(self._name(self._manifest.prompts[part][chosen]))
            return names

        return self._said(language, said_in)

    def _said(self, language: str, names_in: Callable[[str], list[str]]) -> tuple[str, ...]:
        languages = sorted(LANGUAGES, key=lambda other: other != language)
        for chosen in languages:
            names = names_in(chosen)
            if self._exist(names):
                return _media(names)
        beeps = self._beeps(languages)
        return _media([next((beep for beep in beeps if self._exist([beep])), beeps[0])])

    def _exist(self, names: Iterable[str]) -> bool:
        return self._available is None or self._available.issuperset(names)

    def _name(self, prompt: Prompt) -> str:
        if prompt.source == "recorded":
            return f"{self.recording_folders[prompt.language]}/{prompt.recording}"
        return f"{self._directory}/{prompt.language}/{prompt.key}"

    def _number(self, number: int, language: str) -> list[str]:
        return self._recorded(recordings_of(number, language), language)

    def _recorded(self, names: Iterable[str], language: str) -> list[str]:
        return [f"{self.recording_folders[language]}/{name}" for name in names]

    def _beeps(self, languages: Iterable[str]) -> list[str]:
        return [f"{self.recording_folders[language]}/{_BEEP}" for language in languages]


def missing(prompts: Prompts, available: Collection[str]) -> list[Mistake]:
    """One mistake for each sound that could be asked for and does not exist, with how to mend it."""
    recorded = tuple(f"{folder}/" for folder in prompts.recording_folders.values())
    return [
        Mistake(
            name,
            "the core sounds of Asterisk lack it; run `ctiserver asterisk install`"
            if name.startswith(recorded)
            else "this wav is missing; restore it from the release or run `ctiserver ivr say`",
        )
        for name in sorted(prompts.sound_names() - frozenset(available))
    ]


def _media(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"sound:{name}" for name in names)


def _day_of_a_year(ordinal: int, language: str) -> tuple[str, ...]:
    day = date.fromordinal(date(2026, 1, 1).toordinal() + ordinal - 1)
    return recordings_of_date(day, date.fromordinal(day.toordinal() - ordinal % 2), language)
