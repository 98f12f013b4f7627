"""What a caller typed, read as the kind of answer that was asked for.

A date is day and month (0512) or day, month and year (05122026); without a year it is the next such day. A RUT's check
digit K is the star key. Each kind is stored as text: a date as "2026-12-05", a RUT as "12345678-5", a sum in whole
units of the account's currency.
"""

from datetime import date
from typing import Literal

from ctiserver.core import rut

Kind = Literal["digits", "date", "amount", "yes_no", "rut"]
LENGTHS: dict[Kind, tuple[int, int]] = {
    "digits": (1, 20),
    "date": (4, 8),
    "amount": (1, 9),
    "yes_no": (1, 1),
    "rut": (2, 9),
}
"""How many keys each kind takes, at least and at most."""

SAID_AS: dict[Kind, str] = {
    "digits": "digits",
    "date": "date",
    "amount": "amount",
    "rut": "digits",
    "yes_no": "",
}
YES, NO = "1", "2"


def read(kind: Kind, keys: str, today: str) -> str | None:
    """The answer as it is stored; None where the keys are none of that kind."""
    match kind:
        case "digits":
            return keys if keys.isdecimal() else None
        case "amount":
            return str(int(keys)) if keys.isdecimal() else None
        case "date":
            return _date(keys, date.fromisoformat(today))
        case "yes_no":
            return {YES: "yes", NO: "no"}.get(keys)
        case "rut":
            return rut.normalise(keys.replace("*", "K"))


def _date(keys: str, today: date) -> str | None:
    if not keys.isdecimal() or len(keys) not in (4, 8):
        return None
    day, month = int(keys[:2]), int(keys[2:4])
    years = [int(keys[4:])] if len(keys) == 8 else [today.year + ahead for ahead in range(9)]
    for year in years:
        try:
            meant = date(year, month, day)
        except ValueError:  # 29 February comes only every fourth year, and not in 2100
            continue
        if len(keys) == 8 or meant >= today:
            return meant.isoformat()
    return None
