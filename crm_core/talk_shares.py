"""Shares of a talk: how much of it each spoke, both at once (overtalk), or nobody.

A spell is from and to, in seconds of the recording; those of one party may touch each other.
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


def shares(caller: Iterable[Sequence[float]], agent: Iterable[Sequence[float]], seconds: float) -> Shares:
    """What each spoke of `seconds`; what lies outside of them does not count. Raises ValueError unless seconds > 0."""
    if seconds <= 0:
        raise ValueError("a talk without length has no shares")
    one, other = _merged(caller, seconds), _merged(agent, seconds)
    spoke = [_length(spells) for spells in (one, other, _merged([*one, *other], seconds))]
    both = spoke[0] + spoke[1] - spoke[2]
    return Shares(
        caller=spoke[0] / seconds,
        agent=spoke[1] / seconds,
        both=max(0.0, both) / seconds,
        silence=max(0.0, seconds - spoke[2]) / seconds,
    )


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
