"""Phone numbers in one form, E.164, whatever the trunk, the agent or a file wrote.

A caller id is what a stranger sent: anonymous, empty, letters, 200 characters. None of that is an error;
it is no number. A number is read as one of the account's country first and as an international one whose
plus sign the trunk has lost second. A number whose length is right but whose range is unknown to the
numbering plan is kept: plans grow faster than libraries.
"""

import re
from enum import StrEnum
from typing import NewType

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

E164 = NewType("E164", str)
"""A phone number with its country code, "+56226381234"."""

LONGEST_WRITTEN = 40
_WRITTEN = re.compile(r"(?:tel:|sips?:)?([+0-9 ().\-/]+)(?:[@;].*)?", re.ASCII)


class PhoneKind(StrEnum):
    """What sort of line a number reaches."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    OTHER = "other"


_KINDS = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
}


def normalise(raw: str | None, country: str) -> E164 | None:
    """The number in E.164, or None when `raw` is no number of a whole subscriber. Never raises.

    `country` is the ISO 3166 code ("CL") in whose way of dialling `raw` is read.
    """
    written = _WRITTEN.fullmatch(raw.strip()) if raw and len(raw) <= LONGEST_WRITTEN else None
    if written is None:
        return None
    readings = [number for number in _readings(written[1], country) if _is_whole(number)]
    best = next(filter(phonenumbers.is_valid_number, readings), next(iter(readings), None))
    return None if best is None else E164(phonenumbers.format_number(best, PhoneNumberFormat.E164))


def is_assigned(number: E164) -> bool:
    """Whether the numbering plan, as far as the library knows it, has given out the number's range."""
    return phonenumbers.is_valid_number(phonenumbers.parse(number))


def kind_of(number: E164) -> PhoneKind:
    """What sort of line the numbering plan gives this number to.

    Chilean numbers may move between fixed and mobile networks, so the plan says both; there, those that were
    given out as mobile begin with 9.
    """
    parsed = phonenumbers.parse(number)
    if parsed.country_code == 56:
        return PhoneKind.MOBILE if str(parsed.national_number).startswith("9") else PhoneKind.LANDLINE
    return _KINDS.get(phonenumbers.number_type(parsed), PhoneKind.OTHER)


def _readings(digits: str, country: str) -> list[PhoneNumber]:
    readings = [_parse(digits, country)]
    if not digits.startswith(("+", "0")):
        readings.append(_parse(f"+{digits}", None))
    return [number for number in readings if number is not None]


def _parse(digits: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None


def _is_whole(number: PhoneNumber) -> bool:
    # "Possible" alone would include numbers without area code, and a short extension of our own.
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
