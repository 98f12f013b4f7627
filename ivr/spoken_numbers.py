"""Numbers as sequences of the recordings that say them, in Spanish and English.

The files are those of Asterisk's core sounds 1.6.1. Both languages have `digits/0` to `digits/20`, the
tens, `hundred`, `thousand` and `million`. Spanish has also 21 to 29 as one word each, the hundreds 200 to 900, the
joining words `and` ("y"), `100-and` ("ciento") and `20-and` ("veinti"), and `millions`. Asterisk's own SayNumber asks
for a Spanish `digits/100`, which no package ships; "cien" is in `digits/hundred`.

A Spanish one that ends a number agrees with what is counted: it stands alone ("veintiuno"), or before a masculine
noun ("veintiún pesos", `1M`) or a feminine one ("veintiuna boletas", `1F`). Before "mil" and "millones" it is always
the short masculine one. English does not care.
"""

from typing import Literal

LARGEST_NUMBER = 999_999_999
Counting = Literal["alone", "masculine", "feminine"]
"""What a number stands before."""

_ONE: dict[Counting, str] = {"alone": "1", "masculine": "1M", "feminine": "1F"}


def recordings_of(number: int, language: str, counting: Counting = "alone") -> tuple[str, ...]:
    """Names of the recordings that say a whole number, in order. Raises ValueError outside of 0..999 999 999."""
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError(f"{number} is outside of 0..{LARGEST_NUMBER}")
    words = _spanish(number, counting) if language == "es" else _english(number)
    return tuple(f"digits/{word}" for word in words)


def digits_of(text: str) -> tuple[str, ...]:
    """Names of the recordings that spell digits and letters one by one; other signs are left out."""
    said = []
    for sign in text.lower():
        if sign.isascii() and sign.isdecimal():
            said.append(f"digits/{sign}")
        elif sign.isascii() and sign.isalpha():
            said.append(f"letters/{sign}")
    return tuple(said)


def _spanish(number: int, counting: Counting) -> list[str]:
    millions, rest = divmod(number, 1_000_000)
    if millions:
        count = [*_spanish(millions, "masculine"), "million" if millions == 1 else "millions"]
        return [*count, *(_spanish(rest, counting) if rest else [])]
    thousands, rest = divmod(number, 1000)
    if thousands:
        count = [] if thousands == 1 else _spanish(thousands, "masculine")
        return [*count, "thousand", *(_spanish(rest, counting) if rest else [])]
    return _spanish_hundreds(number, counting)


def _spanish_hundreds(number: int, counting: Counting) -> list[str]:
    hundreds, rest = divmod(number, 100)
    if hundreds:
        if number == 100:
            return ["hundred"]
        first = "100-and" if hundreds == 1 else str(hundreds * 100)
        return [first, *(_spanish_hundreds(rest, counting) if rest else [])]
    if number == 1:
        return [_ONE[counting]]
    if number == 21 and counting != "alone":
        return ["20-and", _ONE[counting]]
    if number <= 30 or number % 10 == 0:
        return [str(number)]
    one = number % 10
    return [str(number - one), "and", _ONE[counting] if one == 1 else str(one)]


def _english(number: int) -> list[str]:
    for size, word in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        count, rest = divmod(number, size)
        if count:
            return [*_english(count), word, *(_english(rest) if rest else [])]
    if number <= 20 or number % 10 == 0:
        return [str(number)]
    return [str(number - number % 10), str(number % 10)]
