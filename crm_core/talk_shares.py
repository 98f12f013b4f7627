"""Shares of a talk: how much of it each spoke, both at once (overtalk), or nobody.

A spell is from and to, in seconds of the recording; those of one party may touch each other. While the caller hears
music they do not talk: what the agent says then, to whom he consults, and what is heard of the caller counts as little
as the time itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctiserver.core.spells import Spell


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Of the whole, 0 to 1. `caller` and `agent` hold what `both` spoke at once; `silence`: neither."""

    caller: float
    agent: float
    both: float
    silence: float


def shares(
    caller: Iterable[Sequence[float]],
    agent: Iterable[Sequence[float]],
    seconds: float,
    *,
    of_seconds: float | None = None,
) -> Shares:
    """What each spoke of `seconds`; what lies outside of them does not count. Raises ValueError unless seconds > 0.

    `of_seconds`: so long they talked, where that is less (`together`); then nothing of the spells lies in the rest.
    """
    talked = seconds if of_seconds is None else of_seconds
    if talked <= 0:
        raise ValueError("a talk without length has no shares")
    one, other = _merged(caller, seconds), _merged(agent, seconds)
    spoke = [_length(spells) for spells in (one, other, _merged([*one, *other], seconds))]
    both = spoke[0] + spoke[1] - spoke[2]
    return Shares(
        caller=spoke[0] / talked,
        agent=spoke[1] / talked,
        both=max(0.0, both) / talked,
        silence=max(0.0, talked - spoke[2]) / talked,
    )


def outside(spells: Iterable[Sequence[float]], apart: Iterable[Sequence[float]]) -> list[Spell]:
    """What of the spells lies in none of `apart`, both in seconds of the recording; a spell may be left in pieces."""
    left = [(one[0], one[1]) for one in spells]
    for since, until in apart:
        cut = []
        for begin, end in left:
            cut += [
                piece for piece in ((begin, min(end, since)), (max(begin, until), end)) if piece[0] < piece[1]
            ]
        left = cut
    return left


def together(apart: Iterable[Sequence[float]], seconds: float) -> float:
    """How many of `seconds` lie in none of `apart`."""
    return seconds - _length(_merged(apart, seconds))


def _merged(spells: Iterable[Sequence[float]], seconds: float) -> list[Spell]:
    found: list[Spell] = []
    for since, until in sorted((max(0.0, one[0]), min(seconds, one[1])) for one in spells):
        if until <= since:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _length(spells: Iterable[Spell]) -> float:
    return sum(until - since for since, until in spells)
