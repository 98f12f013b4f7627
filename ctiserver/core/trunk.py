"""Telephone companies and calls to the outside, as `ctiserver.toml` speaks of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal

from ctiserver.core.limits import Between, Match, Name, PhoneNumber, Port, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A telephone company: `match` are the addresses its calls come from, `host` is where ours go.

    `username`, with the password that the variable `password_env` holds, is what it knows us by; with `register` we
    tell it every `register_seconds` where we are. Of several the one with the lowest `priority` is tried first (of
    equals the one that stands first). Every `qualify_seconds` it is asked whether it is there (0: never), and passed
    over at once while it is not. At most `lines` calls at once, and `lines_per_second` new ones (0: no limit).
    `numbers`, `prefix`: how it wants to be given a number. `caller_numbers`: what it lets us call as, the usual one
    first; (): anything. `t38`: faxes may go as data (ITU-T T.38); without it, or where the other end refuses, they go
    as sound.
    """

    name: Annotated[str, Name]
    match: tuple[str, ...] = ()
    host: str = ""
    port: Port = 5060
    username: str = ""
    password_env: Annotated[str, Variable] = ""
    password: str = field(default="", repr=False)
    register: bool = False
    register_seconds: Annotated[int, Between(30, 86400)] = 300
    priority: Annotated[int, Between(1, 100)] = 10
    qualify_seconds: Annotated[int, Between(0, 3600)] = 0
    lines: Annotated[int, Between(0, 5000)] = 0
    lines_per_second: Annotated[int, Between(0, 1000)] = 0
    codecs: tuple[Literal["alaw", "ulaw", "g722", "opus", "gsm"], ...] = ("ulaw", "alaw")
    numbers: Literal["+e164", "e164", "national"] = "+e164"
    prefix: Annotated[str, Match(r"[0-9*#]{0,8}", "up to eight keys, or nothing")] = ""
    caller_numbers: tuple[Annotated[str, PhoneNumber], ...] = ()
    t38: bool = True

    @property
    def sources(self) -> tuple[str, ...]:
        """Where its calls come from: one that we register with calls from where it is."""
        return self.match or ((self.host,) if self.register else ())

    @property
    def goes_out(self) -> bool:
        """Whether it takes calls of ours."""
        return bool(self.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCalls:
    """What people of ours dial.

    `emergency`: numbers that go straight through, from every telephone and for everybody, even while the application
    is away. `caller_number`: as whom we call where a queue names no other; "": that of `[dialing]`.
    """

    emergency: tuple[Annotated[str, Match(r"[0-9]{2,6}", "two to six digits")], ...] = ("131", "132", "133")
    caller_number: Annotated[str, Match(r"|\+?[0-9]{2,15}", "a phone number or nothing")] = ""
    ring_seconds: Annotated[float, Between(5, 120)] = 45


def in_order(trunks: Iterable[Trunk]) -> list[Trunk]:
    """Those that take calls of ours, the first to be tried in front."""
    return sorted((trunk for trunk in trunks if trunk.goes_out), key=lambda trunk: trunk.priority)
