"""What people may dial outside: the one decision before a number rings behind a trunk.

A number is read as its country writes it and becomes E.164; short ones (emergency, services) stay as they are.
Emergency numbers always go through: no rule, no cap. Of everything else the rule with the longest prefix decides, one
that names a role of the asker before one for everybody. Where no rule speaks, numbers of the own country are open and
the dear ones are closed: premium rate, other short numbers, other countries. What calls cost counts against two caps a
day, the account's and the asker's; from then on nothing is dialled, because a stolen telephone dials all night.

Nothing dials outside without a `Route`, and only `route` makes one (a test reads the source for it). Customers whom
we call for a purpose need a Permit instead (`core.permit`).
"""

import re
from collections.abc import Collection
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from ctiserver.core.errors import Refusal
from ctiserver.core.message import Frozen

Kind = Literal["emergency", "service", "national", "premium", "international"]
REFUSED = ("outside_closed", "outside_cap_account", "outside_cap_person")
"""Why the rules or a limit keep a number from being called, as `route` refuses."""
_BY_DEFAULT: Kind = "national"
_DEAR = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}
_FILLING = re.compile(r"[\s().\-/]")
_SHORT = re.compile(r"[0-9]{2,6}", re.ASCII)
_DIGITS = re.compile(r"\+?[0-9]{7,18}", re.ASCII)


class OutsideRule(Frozen):
    """Numbers that begin with `prefix` are open or closed, to people of one of these roles; (): to everybody.

    `minor_per_minute`: what a minute costs, in the currency's smallest unit; None: as usual.
    """

    account_id: int
    prefix: str
    roles: tuple[str, ...] = ()
    allowed: bool = True
    minor_per_minute: int | None = None


class OutsideLimits(Frozen):
    """What calls of one account may cost a day, in the currency's smallest unit, and what a minute usually costs."""

    account_id: int
    account_per_day_minor: int = 50_000
    person_per_day_minor: int = 10_000
    usual_minor_per_minute: int = 40


class Outside(Frozen):
    """How the outside is dialled. `trunks`: their names, the one that is tried first in front; (): it is not.

    `country`: whose way of writing numbers is meant. `caller_number`: who calls where a queue names none.
    `ring_seconds`: how long a number rings. The rest: see the module.
    """

    country: str = "CL"
    time_zone: str = "America/Santiago"
    trunks: tuple[str, ...] = ()
    caller_number: str = ""
    emergency: tuple[str, ...] = ()
    ring_seconds: float = 45.0
    rules: tuple[OutsideRule, ...] = ()
    limits: tuple[OutsideLimits, ...] = ()

    def limits_of(self, account_id: int) -> OutsideLimits:
        """The account's own limits, else the usual ones."""
        own = (it for it in self.limits if it.account_id == account_id)
        return next(own, OutsideLimits(account_id=account_id))


class Spent(Frozen):
    """What calls cost today so far, in the currency's smallest unit: the account's, and the asker's of these."""

    account_minor: int = 0
    person_minor: int = 0


class Route(Frozen):
    """One number that may be dialled: through the first of `trunks` that takes the call, showing `caller_number`."""

    pii_number: str
    kind: Kind
    trunks: tuple[str, ...]
    caller_number: str
    minor_per_minute: int


def route(
    outside: Outside,
    written: str,
    *,
    account_id: int,
    roles: Collection[str],
    spent: Spent,
    caller_number: str = "",
) -> Route:
    """The way to a number as somebody wrote it. `caller_number` is the queue's; "": the usual one.

    Raises Refusal: not_a_number, no_trunk, outside_closed, outside_cap_account, outside_cap_person.
    """
    number = normalised(outside, written)
    kind = kind_of(outside, number)
    if not outside.trunks:
        raise Refusal("no_trunk", "there is no line to the outside: ask an administrator to set up a trunk")
    limits = outside.limits_of(account_id)
    rule = _rule(outside, number, account_id, roles)
    if kind != "emergency":
        _check(rule, kind, number, limits, spent)
    cost = limits.usual_minor_per_minute
    if rule is not None and rule.minor_per_minute is not None:
        cost = rule.minor_per_minute
    return Route(
        pii_number=number,
        kind=kind,
        trunks=outside.trunks,
        caller_number=caller_number or outside.caller_number,
        minor_per_minute=0 if kind == "emergency" else cost,
    )


def normalised(outside: Outside, written: str) -> str:
    """The number in E.164, or its digits if it is a short one. Raises Refusal(not_a_number)."""
    digits = _FILLING.sub("", written)
    if _SHORT.fullmatch(digits):
        return digits
    readings = [digits, f"+{digits}"] if _DIGITS.fullmatch(digits) else []
    for reading in readings:
        if found := _whole(reading, outside.country):
            return found
    raise Refusal(
        "not_a_number", f"{written!r} is no telephone number: write it whole, as you would on your telephone"
    )


def kind_of(outside: Outside, number: str) -> Kind:
    """What sort of number it is, of one that `normalised` gave."""
    if number in outside.emergency:
        return "emergency"
    if not number.startswith("+"):
        return "service"
    parsed = phonenumbers.parse(number)
    if phonenumbers.number_type(parsed) in _DEAR:
        return "premium"
    own = phonenumbers.country_code_for_region(outside.country) == parsed.country_code
    return "national" if own else "international"


def _whole(digits: str, country: str) -> str | None:
    try:
        parsed = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    # "Possible" alone would include numbers without their area code.
    if phonenumbers.is_possible_number_with_reason(parsed) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _rule(outside: Outside, number: str, account_id: int, roles: Collection[str]) -> OutsideRule | None:
    """The rule that speaks of it; of two alike the one that opens, as of two roles of a person either may."""
    speaking = [
        rule
        for rule in outside.rules
        if rule.account_id == account_id
        and number.startswith(rule.prefix)
        and (not rule.roles or any(role in rule.roles for role in roles))
    ]
    return max(speaking, key=lambda rule: (len(rule.prefix), bool(rule.roles), rule.allowed), default=None)


def _check(rule: OutsideRule | None, kind: Kind, number: str, limits: OutsideLimits, spent: Spent) -> None:
    allowed = kind == _BY_DEFAULT if rule is None else rule.allowed
    if not allowed:
        raise Refusal(
            "outside_closed", f"{number} is closed to you: ask an administrator to open numbers that begin so"
        )
    if spent.account_minor >= limits.account_per_day_minor:
        raise Refusal(
            "outside_cap_account",
            "today's calls have cost what they may: ask a supervisor to look at them and lift the limit",
        )
    if spent.person_minor >= limits.person_per_day_minor:
        raise Refusal(
            "outside_cap_person",
            "your calls have cost what they may today: ask a supervisor to lift the limit",
        )
