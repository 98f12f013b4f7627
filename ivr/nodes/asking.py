"""A node that asks for a value: digits, a date, a sum, yes or no, a RUT.

Keys are collected until there are as many as there can be, until `#`, or until he pauses. Star begins again; it is the
K of a RUT. What the store knows already is not asked (`known`), unless he was asked for it in this call and it was
wrong: then he comes here again to correct it. With `confirm` he hears what he typed before it counts.
"""

from collections.abc import Iterator, Mapping

from ctiserver.core.actions import ActionSpec
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.answers import LENGTHS, NO, SAID_AS, YES, Kind, read
from ivr.caller import Caller
from ivr.nodes.base import Asks, Known
from ivr.session_state import Session
from ivr.variables import today, value_of

_CONFIRM = "confirm"
END_KEY = "#"


class Ask(Asks, tag="ask"):
    """`key`: the name of the variable; `called`: what people call it; lengths 0: those of the kind."""

    prompts: tuple[str, ...]
    next: str
    key: str
    kind: Kind = "digits"
    min_length: int = 0
    max_length: int = 0
    confirm: bool = False
    known: str | None = None
    called: dict[str, str] = {}
    pause_seconds: float = 3.0

    def exits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.next, self.on_failure)))

    def ways(self) -> Mapping[str, str]:
        return {self.on_failure: "…", self.next: ""}

    def says(self) -> tuple[str, ...]:
        return (*self.prompts, self.invalid, self.silence, *(self._confirmation() if self.confirm else ()))

    def gives(self, actions: Mapping[str, ActionSpec]) -> Mapping[str, str]:
        return {self.key: SAID_AS[self.kind]}

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if self.no_chance():
            yield wrong((), "no_chance", kind="question")
        if self.key in known.stored and self.known is None:
            yield wrong(("key",), "unguarded", key=self.key)
        least, most = LENGTHS[self.kind]
        if not least <= self._least <= self._most <= most:
            at = "min_length" if self.min_length else "max_length"
            yield wrong((at,), "wrong_lengths", least=least, most=most)

    def enter(self, caller: Caller) -> str | None:
        if self._is_known(caller.session):
            caller.keep({self.key: caller.value(self.known or self.key)})
            return self.next
        caller.hear(self.prompts)
        return None

    def ahead(self, caller: Caller) -> str | None:
        return self.next if self._is_known(caller.session) else None

    def said(self, caller: Caller) -> str | None:
        caller.wait(self.timeout_seconds)
        return None

    def collects(self, session: Session) -> bool:
        return session.step != _CONFIRM and self.kind != "yes_no"

    def is_answer(self, session: Session) -> bool:
        return self._least <= len(session.keys)

    def pressed(self, caller: Caller, digit: str) -> str | None:
        session = caller.session
        caller.hush()
        if session.step == _CONFIRM:
            return self._confirmed(caller, digit)
        if digit == END_KEY:
            return self._ended(caller)
        if digit == "*" and self.kind != "rut":
            session.keys = ""
            caller.wait(self.timeout_seconds)
            return None
        session.keys += digit
        if len(session.keys) >= self._most:
            return self._ended(caller)
        caller.wait(self.pause_seconds)
        return None

    def repeated(self, caller: Caller) -> str | None:
        caller.hear(self._confirmation() if caller.session.step == _CONFIRM else self.prompts)
        return None

    def silent(self, caller: Caller) -> str | None:
        if caller.session.step == _CONFIRM:
            return self.again(caller, self.silence, self._confirmation())
        if caller.session.keys:
            return self._ended(caller)
        return self.again(caller, self.silence, self.prompts)

    def _ended(self, caller: Caller) -> str | None:
        session = caller.session
        keys, session.keys = session.keys, ""
        answer = read(self.kind, keys, today(session, caller.turn.at)) if len(keys) >= self._least else None
        if answer is None:
            return self.again(caller, self.invalid, self.prompts)
        caller.keep({self.key: answer})
        if not self.confirm:
            return self._taken(caller)
        session.step = _CONFIRM
        caller.hear(self._confirmation())
        return None

    def _confirmed(self, caller: Caller, digit: str) -> str | None:
        if digit == YES:
            return self._taken(caller)
        if digit == NO:
            caller.session.step = ""
            caller.hear(self.prompts)
            return None
        return self.again(caller, self.invalid, self._confirmation())

    def _taken(self, caller: Caller) -> str | None:
        if self.key not in caller.session.asked:
            caller.session.asked.append(self.key)
        value = caller.value(self.key)
        caller.collect(self.key, value, self.called or self.label, SAID_AS[self.kind] or self.kind)
        return self.next

    def _confirmation(self) -> tuple[str, ...]:
        return ("you-entered", f"{{{SAID_AS[self.kind] or 'digits'}:{self.key}}}", "confirm-keys")

    def _is_known(self, session: Session) -> bool:
        if self.known is None or self.key in session.asked:
            return False
        return bool(value_of(session, self.known))

    @property
    def _least(self) -> int:
        return self.min_length or LENGTHS[self.kind][0]

    @property
    def _most(self) -> int:
        return self.max_length or LENGTHS[self.kind][1]
