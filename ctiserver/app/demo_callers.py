"""What simulated callers do, drawn by chance: who calls, what he presses, how patient he is, what he answers.

Most are customers of the demo company; some are unknown, some hide their number. Most find their way through the
menu, many of them by heart; some listen to the greeting and to what they are guessed to be calling about, some press a
wrong key or nothing. A few hang up while they wait, a few in the middle of the talk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ctiserver.core.config import Config

_WAYS = {"11": 5, "12": 4, "21": 4, "22": 3, "0": 2, "811": 1, "51": 1, "": 1, "9": 1}
"""Keys pressed in the menus, and how many of 22 callers press them."""
_GUESSED = "4"
"""The key of the guess, which not everybody hears: at the menu behind it, it is a wrong one."""
_INSTEAD: dict[str, tuple[tuple[float, str], ...]] = {
    "": (),
    "call_back": ((0.0, "1"), (12.0, "1"), (20.0, "1")),
    "message": ((0.0, "2"), (18.0, "#"), (24.0, "1")),
}
"""To be called at this number when it is his turn; or a message, sent."""
_GREETING_SECONDS = 11.0
_NORMAL, _ENGLISH, _EMERGENCY = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One call. `keys`: (seconds after the answer, key). None of patience or talk: stays to the end."""

    did: str
    number: str
    keys: tuple[tuple[float, str], ...]
    patience_seconds: float | None
    talk_seconds: float | None
    survey_keys: tuple[tuple[float, str], ...] | None
    """The key that accepts, by seconds after the invitation begins; the answers, by seconds after the first question
    does. None: does not take part."""
    waiting_keys: tuple[tuple[float, str], ...] = ()
    """What he chooses instead of waiting, by seconds after he has waited for a little; (): he waits."""


def plan(chance: Random, config: Config, customers: Sequence[str], busy: frozenset[str]) -> Plan:
    """The next call; `customers` are their numbers, `busy` those who are on the phone already."""
    line = chance.choices((_NORMAL, _ENGLISH, _EMERGENCY), (88, 9, 3))[0]
    return Plan(
        did=config.numbers[min(line, len(config.numbers) - 1)].did,
        number=_number(chance, customers, busy),
        keys=() if line == _EMERGENCY else _keys(chance),
        patience_seconds=chance.uniform(8, 40) if chance.random() < 0.12 else None,
        talk_seconds=chance.uniform(10, 40) if chance.random() < 0.3 else None,
        survey_keys=_survey(chance) if chance.random() < 0.75 else None,
        waiting_keys=_INSTEAD[chance.choices(("", "message", "call_back"), (80, 12, 8))[0]],
    )


def _number(chance: Random, customers: Sequence[str], busy: frozenset[str]) -> str:
    free = [number for number in customers if number not in busy]
    if free and chance.random() < 0.85:
        return chance.choice(free)
    if chance.random() < 0.3:
        return "anonymous"
    return "+569" + "".join(chance.choices("23456789", k=8))


def _keys(chance: Random) -> tuple[tuple[float, str], ...]:
    listens = chance.random() < 0.4
    at = _GREETING_SECONDS + chance.uniform(0.5, 2.5) if listens else chance.uniform(2, 9)
    way = chance.choices(list(_WAYS), list(_WAYS.values()))[0]
    pressed = []
    for key in _GUESSED if listens and chance.random() < 0.3 else way:
        pressed.append((at, key))
        at += chance.uniform(2.5, 6)
    return tuple(pressed)


def _survey(chance: Random) -> tuple[tuple[float, str], ...]:
    """Yes to the invitation; then a grade, and solved or not."""
    grade, solved = chance.choices("54321", (40, 30, 15, 10, 5))[0], chance.choices("12", (80, 20))[0]
    accepted_at = chance.uniform(3, 8)
    graded_at = chance.uniform(3, 8)
    return (accepted_at, "1"), (graded_at, grade), (graded_at + chance.uniform(3, 6), solved)
