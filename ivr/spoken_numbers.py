"""Numbers as sequences of the recordings that say them, in Spanish and English.

The files are those of Asterisk's core sounds 1.6.1. Both languages have `digits/0` to `digits/20`, the
tens, `hundred` and `thousand`. Spanish has also 21 to 29 as one word each, the hundreds 200 to 900 and the
joining words `and` ("y") and `100-and` ("ciento"). Asterisk's own SayNumber asks for a Spanish
`digits/100`, which no package ships; "cien" is in `digits/hundred`. Spanish numbers here stand alone
("uno", not "un" or "una").
"""

LARGEST_NUMBER = 9999


def recordings_of(number: int, language: str) -> tuple[str, ...]:
    """Names of the recordings that say a whole number, in order. Raises ValueError outside of 0..9999."""
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError(f"{number} is outside of 0..{LARGEST_NUMBER}")
    words = _spanish(number) if language == "es" else _english(number)
    return tuple(f"digits/{word}" for word in words)


def _spanish(number: int) -> list[str]:
    thousands, rest = divmod(number, 1000)
    if thousands:
        count = [] if thousands == 1 else [str(thousands)]
        return [*count, "thousand", *(_spanish(rest) if rest else [])]
    hundreds, rest = divmod(number, 100)
    if hundreds:
        if number == 100:
            return ["hundred"]
        first = "100-and" if hundreds == 1 else str(hundreds * 100)
        return [first, *(_spanish(rest) if rest else [])]
    if number <= 30 or number % 10 == 0:
        return [str(number)]
    return [str(number - number % 10), "and", str(number % 10)]


def _english(number: int) -> list[str]:
    for size, word in ((1000, "thousand"), (100, "hundred")):
        count, rest = divmod(number, size)
        if count:
            return [str(count), word, *(_english(rest) if rest else [])]
    if number <= 20 or number % 10 == 0:
        return [str(number)]
    return [str(number - number % 10), str(number % 10)]
