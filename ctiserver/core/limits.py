"""What a value of the configuration may be; limits stand in the type of a field: `Annotated[int, Between(1, 9)]`."""

import re
from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Between:
    """The number lies in low..high, both included."""

    low: float
    high: float

    def complaint(self, value: object) -> str | None:
        """What is wrong with the value, as the end of a sentence; None when nothing is."""
        if isinstance(value, int | float) and self.low <= value <= self.high:
            return None
        return f"must lie between {self.low:g} and {self.high:g}, not {value}"


@dataclass(frozen=True, slots=True)
class Match:
    """The text matches the pattern; `meaning` says in plain words what is expected."""

    pattern: str
    meaning: str

    def complaint(self, value: object) -> str | None:
        """What is wrong with the value, as the end of a sentence; None when nothing is."""
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return None
        return f"must be {self.meaning}, not {value!r}"


PhoneNumber = Match(r"\+?[0-9]{2,15}", 'a phone number of digits such as "+56221234567" or "1001"')
_ENDPOINT = r"PJSIP/[A-Za-z0-9_.-]+|sip:[A-Za-z0-9+_.-]+@[A-Za-z0-9.-]+(:[0-9]+)?"
Phone = Match(_ENDPOINT, 'an endpoint "PJSIP/name" or an address "sip:user@host:port"')
TargetOrNone = Match(
    rf"|\+?[0-9]{{2,15}}|{_ENDPOINT}",
    'empty, a phone number, an endpoint "PJSIP/name" or an address "sip:user@host:port"',
)
Name = Match(r"[a-z][a-z0-9_-]{0,30}", "lower-case letters, digits, - or _, beginning with a letter")
Key = Match(r"[0-9*#]", "one key of the phone: a digit, * or #")
Variable = Match(r"|CTI_[A-Z0-9_]+", "the name of an environment variable that begins with CTI_")
IceUrl = Match(
    r"(stun|turn)s?:[A-Za-z0-9.-]+(:[0-9]{1,5})?(\?transport=(udp|tcp))?",
    'an address such as "stun:stun.example:3478" or "turn:turn.example:3478?transport=udp"',
)

Port = Annotated[int, Between(1, 65535)]
Seconds = Annotated[float, Between(0, 86400)]
