"""Calls outside through several carriers: who is asked first, who has a line left, who comes next.

A carrier that is out of reach, answers 5xx, 408 or that it does not know us, or whose lines are all in use did not take
the call: the next one is asked, under the same leg, and nobody hears of it. Once the other end has rung, or a carrier
has said something about the number itself, its word stands. A daemon that dies between two carriers leaves a call that
has ended: nobody is called twice.

Lines are counted here, where they are taken, for everything that goes out and what came in; after a restart they are
read from the names of the channels.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import phonenumbers
import structlog
from msgspec.structs import replace

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_request import Request
from ctiserver.core.commands import DialCustomer, DialOutside
from ctiserver.core.dial_limits import DialLimits, Limit
from ctiserver.core.ids import LegId
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed, LegRinging
from ctiserver.core.message import Input

log = structlog.get_logger()
_NO_LIMIT = Limit()
_NOT_TAKEN = {401, 407, 408, *range(500, 600)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """What one trunk wants: how numbers are written, as whom we may call, how many lines there are."""

    name: str
    numbers: Literal["+e164", "e164", "national"] = "+e164"
    prefix: str = ""
    caller_numbers: tuple[str, ...] = ()
    limit: Limit = _NO_LIMIT

    def written(self, number: str) -> str:
        """The number as the carrier wants to be given it; a short number stays as it is."""
        if not number.startswith("+"):
            return number
        if self.numbers == "national":
            return self.prefix + phonenumbers.national_significant_number(phonenumbers.parse(number))
        return self.prefix + (number if self.numbers == "+e164" and not self.prefix else number[1:])

    def caller(self, number: str) -> str:
        """As whom we call: the number, where the carrier lets us, else the one it knows us by."""
        if not self.caller_numbers or number in self.caller_numbers:
            return number
        return self.caller_numbers[0]


@dataclass(slots=True, kw_only=True)
class Attempt:
    """A call on its way out; `trunk` is being asked, `left` come after it."""

    number: str
    caller_number: str
    ring_seconds: float
    left: list[str]
    trunk: str = ""
    rings: bool = False


@dataclass(slots=True, kw_only=True)
class Carriers:
    """`ring` has Asterisk ask a carrier, `refuse` tells that none was; `now` gives seconds of any clock.

    A trunk that is not among `known` has no limits and is given numbers as they are.
    """

    known: Mapping[str, Carrier]
    app: str
    now: Callable[[], float]
    ring: Callable[[LegId, Request], None]
    refuse: Callable[[LegId], None]
    _attempts: dict[LegId, Attempt] = field(default_factory=dict)
    _lines: dict[LegId, str] = field(default_factory=dict)
    _limits: DialLimits = field(init=False)

    def __post_init__(self) -> None:
        self._limits = DialLimits({name: carrier.limit for name, carrier in self.known.items()})

    def adopt(self, channels: Mapping[str, Mapping[str, Any]]) -> None:
        """The lines that are in use, after the link came up: channels by their id, as ARI tells them."""
        for held in list(self._lines):
            self._free(held)
        for name, channel in channels.items():
            self.took(LegId(name), channel)

    def took(self, leg: LegId, channel: Mapping[str, Any]) -> None:
        """A line that a channel holds, if it is one of a carrier's."""
        trunk = str(channel.get("name", "")).removeprefix("PJSIP/").rpartition("-")[0]
        if trunk in self.known and leg not in self._lines:
            self._lines[leg] = trunk
            self._limits.begin([trunk], self.now())

    def dial(self, it: DialCustomer | DialOutside) -> None:
        """Rings a number that may be dialled; if there is a permit, it was found good."""
        if isinstance(it, DialCustomer):
            trunks = (it.trunk, *it.then_trunks)
            attempt = _attempt(it.pii_number, it.caller_number, it.ring_seconds, trunks)
        else:
            route = it.route
            attempt = _attempt(route.pii_number, route.caller_number, it.ring_seconds, route.trunks)
        self._dial(it.leg, attempt)

    def _dial(self, leg: LegId, attempt: Attempt) -> None:
        """Asks the first carrier that has a line; a leg that has one already is asked for once more."""
        self._attempts[leg] = attempt
        held = self._lines.get(leg)
        if held is not None:
            attempt.left = [trunk for trunk in attempt.left if trunk != held]
            self._ask(leg, attempt, held)
        elif not self._ask_next(leg, attempt):
            self.refuse(leg)

    def dropped(self, leg: LegId) -> None:
        """Nobody wants it any more: whatever happens, no other carrier is asked."""
        if leg in self._attempts:
            self._attempts[leg].left.clear()

    def forget(self) -> None:
        """The link is down: what is still wanted will be dialled anew."""
        self._attempts.clear()

    def sifted(self, inputs: Iterable[Input]) -> list[Input]:
        """The inputs without the failures that another carrier mends; an answer says who carried the call."""
        return [told for one in inputs if (told := self._sift(one)) is not None]

    def _sift(self, one: Input) -> Input | None:
        match one:
            case LegRinging(leg=leg) if leg in self._attempts:
                self._attempts[leg].rings = True
            case LegAnswered(leg=leg) if leg in self._attempts:
                return replace(one, trunk=self._attempts.pop(leg).trunk)
            case LegFailed(leg=leg) | LegEnded(leg=leg):
                self._free(leg)
                attempt = self._attempts.get(leg)
                mended = isinstance(one, LegFailed) and attempt and _not_taken(one, attempt)
                if attempt and mended and self._ask_next(leg, attempt):
                    return None
                self._attempts.pop(leg, None)
        return one

    def _ask_next(self, leg: LegId, attempt: Attempt) -> bool:
        while attempt.left:
            trunk = attempt.left.pop(0)
            if self._limits.room([trunk], self.now()) == 0:
                log.warning("no_line_left", leg=leg, trunk=trunk)
                continue
            if attempt.trunk:
                log.warning("next_carrier", leg=leg, trunk=attempt.trunk, next=trunk)
            self._lines[leg] = trunk
            self._limits.begin([trunk], self.now())
            self._ask(leg, attempt, trunk)
            return True
        return False

    def _ask(self, leg: LegId, attempt: Attempt, trunk: str) -> None:
        attempt.trunk = trunk
        carrier = self.known.get(trunk, Carrier(name=trunk))
        request = ari_wire.dial_outside(
            leg,
            number=carrier.written(attempt.number),
            trunk=trunk,
            caller_number=carrier.caller(attempt.caller_number),
            ring_seconds=attempt.ring_seconds,
            app=self.app,
        )
        self.ring(leg, request)

    def _free(self, leg: LegId) -> None:
        trunk = self._lines.pop(leg, None)
        if trunk is not None:
            self._limits.end([trunk], self.now())


def _not_taken(failed: LegFailed, attempt: Attempt) -> bool:
    if attempt.rings or failed.reason == "not_permitted":
        return False
    if failed.sip_code:
        return failed.sip_code in _NOT_TAKEN
    return failed.reason in ("unreachable", "refused")


def _attempt(number: str, caller_number: str, ring_seconds: float, trunks: tuple[str, ...]) -> Attempt:
    return Attempt(number=number, caller_number=caller_number, ring_seconds=ring_seconds, left=list(trunks))
