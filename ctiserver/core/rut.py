"""The RUT, Chile's number of a person or company: up to eight digits and a check digit (0-9 or K).

Stored without dots and with a hyphen, "12345678-5", however it was typed.
"""

import re

_WRITTEN = re.compile(r"(\d{1,3}(?:\.?\d{3}){0,2}|\d{1,8})-?([\dK])")


def check_digit(number: int) -> str:
    """The check digit of a RUT's number: weights 2..7 from the right, modulo 11 (Registro Civil)."""
    weighted = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(str(number))))
    return "0123456789K"[-weighted % 11]


def normalise(written: str) -> str | None:
    """The RUT as it is stored, or None when it isn't one or its check digit is wrong. Never raises."""
    found = _WRITTEN.fullmatch(written.strip().upper()) if len(written) <= 20 and written.isascii() else None
    if found is None:
        return None
    number = int(found[1].replace(".", ""))
    return f"{number}-{found[2]}" if number and check_digit(number) == found[2] else None
