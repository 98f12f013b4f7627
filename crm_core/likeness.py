"""How alike two records of a customer are: the weight of evidence that they are the same person or company.

Each field that both records have adds the logarithm of how much more often it looks so among true pairs than among
strangers (Fellegi and Sunter, A Theory for Record Linkage, 1969); what one of them lacks says nothing. Strings agree
in degrees, by Jaro and Winkler (1990), so that a typing error costs little. The parts of an address stand or fall
together, so they count as one. What a household shares (surname, address, telephone) never suffices: whoever has
another given name *and* another birth or id is somebody else.

Iberian names are compared as they are used: either surname may be missing, both may change places, a second given
name is often left out, particles and accents are noise.
"""

import unicodedata
from collections.abc import Collection
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from ctiserver.core.message import Frozen

DUPLICATE = 12.0
"""From this weight on two records are shown as duplicates."""
_HOUSEHOLD = 10.0  # all that a shared home can say
_ALIKE, _SAME = 0.88, 0.97
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "el", "y", "da", "do", "dos", "van", "von"})


class Comparable(Frozen):
    """What is compared of a customer. Empty: not known. `born` is YYYYMMDD, `phones` are E.164."""

    id: str
    given: str = ""
    surname: str = ""
    second_surname: str = ""
    national_id: str = ""
    born: str = ""
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    street: str = ""
    street_number: str = ""
    locality: str = ""
    postcode: str = ""


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """In small letters, without accents, particles and signs; words apart by one space."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    words = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split()
    return " ".join(word for word in words if word not in _PARTICLES) or " ".join(words)


def weight(one: Comparable, other: Comparable) -> float:
    """The evidence in bits that the two are one; above `DUPLICATE` they are shown as duplicates."""
    said = evidence(one, other)
    home = min(_HOUSEHOLD, said["address"] + said["phone"])
    return said["name"] + said["birth_date"] + said["rut"] + said["email"] + home


def evidence(one: Comparable, other: Comparable) -> dict[str, float]:
    """What each field says, in bits: above 0 for one person, below for two, 0 nothing.

    Of address and telephone together at most 10 bits count, for a household shares both.
    """
    return {
        "name": _names(one, other),
        "rut": _code(_number(one), _number(other), same=12.0, close=7.0, differs=-14.0),
        "birth_date": _code(one.born, other.born, same=9.0, close=5.0, differs=-7.0),
        "phone": _shared(one.phones, other.phones, same=6.0),
        "email": _shared(one.emails, other.emails, same=8.0),
        "address": _address(one, other),
    }


def _number(record: Comparable) -> str:
    """Without the check digit, which a slip in the number changes as well."""
    return record.national_id.partition("-")[0]


def _names(one: Comparable, other: Comparable) -> float:
    """Given name and surnames, in the better of their two orders: forms are filled in the wrong way round."""
    if not (one.given or one.surname) or not (other.given or other.surname):
        return 0.0
    straight = _given(one.given, other.given) + _surnames(one, other)
    if not (one.given and one.surname and other.given and other.surname):
        return straight
    return max(straight, _turned(one, other) - 1.0, _turned(other, one) - 1.0)


def _turned(one: Comparable, other: Comparable) -> float:
    right = Comparable(id=other.id, given=other.surname, surname=other.given)
    return _given(one.given, right.given) + _surnames(one, right)


def _given(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    first, second = plain(one).split(), plain(other).split()
    if not first or not second:
        return 0.0
    likeness = max(
        _covered(first, second) if len(first) <= len(second) else 0.0,
        _covered(second, first) if len(second) <= len(first) else 0.0,
        _likeness("".join(first), "".join(second)),
    )
    return _degrees(likeness, same=5.0, alike=3.5, differs=-7.0)


def _covered(fewer: list[str], more: list[str]) -> float:
    return min(max(_likeness(word, it) for it in more) for word in fewer)


def _surnames(one: Comparable, other: Comparable) -> float:
    first = [plain(name) for name in (one.surname, one.second_surname) if name]
    second = [plain(name) for name in (other.surname, other.second_surname) if name]
    if not first or not second:
        return 0.0
    if len(first) == len(second) == 2:
        straight = [_likeness(a, b) for a, b in zip(first, second, strict=True)]
        crossed = [_likeness(a, b) for a, b in zip(first, reversed(second), strict=True)]
        parts = max(straight, crossed, key=sum)
        return sum(_degrees(part, same=5.0, alike=3.5, differs=-10.0) for part in parts)
    likeness = max(_likeness(a, b) for a in first for b in second)
    joined = _likeness("".join(first), "".join(second))
    return _degrees(max(likeness, joined), same=6.0, alike=4.5, differs=-4.0)


def _address(one: Comparable, other: Comparable) -> float:
    """Between -3 and 9: the parts depend on one another. A town without a street says little."""
    town = 4.0 if one.street and other.street else 1.0
    parts = [
        _text(one.street, other.street, same=5.0, alike=4.0, differs=-1.5),
        _code(one.street_number, other.street_number, same=3.0, close=1.0, differs=-1.0),
        _text(one.locality, other.locality, same=town, alike=town * 0.75, differs=-1.5),
        _code(one.postcode, other.postcode, same=4.0, close=2.0, differs=-1.5),
    ]
    return max(-3.0, min(9.0, sum(parts)))


def _text(one: str, other: str, *, same: float, alike: float, differs: float) -> float:
    if not one or not other:
        return 0.0
    return _degrees(_likeness(plain(one), plain(other)), same=same, alike=alike, differs=differs)


def _code(one: str, other: str, *, same: float, close: float, differs: float) -> float:
    """Digits agree, or miss each other by one slip: a wrong digit or two that changed places."""
    if not one or not other:
        return 0.0
    if one == other:
        return same
    return (
        close if min(len(one), len(other)) > 2 and OSA.distance(one, other, score_cutoff=1) == 1 else differs
    )


def _shared(one: Collection[str], other: Collection[str], *, same: float) -> float:
    if not one or not other:
        return 0.0
    return same if set(one) & set(other) else -1.0


def _likeness(one: str, other: str) -> float:
    """Between 0 and 1. One slip in a word counts as alike wherever it is; Winkler weighs the first letters most."""
    likeness = JaroWinkler.similarity(*sorted((one, other)))  # Jaro's matching depends on who comes first
    if likeness < _ALIKE and min(len(one), len(other)) >= 4 and OSA.distance(one, other, score_cutoff=1) == 1:
        return _ALIKE
    return likeness


def _degrees(likeness: float, *, same: float, alike: float, differs: float) -> float:
    return same if likeness >= _SAME else alike if likeness >= _ALIKE else differs
