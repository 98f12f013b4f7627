"""A node that finds out who calls, as surely as it is asked to.

First who: by the number he calls from, or by one that he types (RUT, customer number, technician's code). Then, for the
level *verified*, a secret: his PIN, or a code that is sent to a number that we know. The secret's keys never come here:
the switch keeps them and gives a name for them, which goes to the action that checks it. A secret that is not set or
cannot be sent is not asked for; who is locked out is told so and goes where the node says.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from ctiserver.core.actions import ActionSpec
from ctiserver.core.customers import Level, reaches
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.answers import LENGTHS, read
from ivr.caller import Caller
from ivr.nodes.base import GO_BACK, Asks, Known
from ivr.nodes.identity import CODE_KEYS, found, listen, reached
from ivr.session_state import Session
from ivr.variables import today

Way = Literal["number", "rut", "customer_number", "technician_code"]
Secret = Literal["pin", "code"]

_DEADLINE_SECONDS = 5.0
_TYPING_SECONDS = 10.0
_WHO, _FINDING, _BY_NUMBER, _CHECKING, _SENDING, _LOCKED = (
    "who",
    "finding",
    "by_number",
    "checking",
    "sending",
    "locked",
)


class Identify(Asks, tag="identify"):
    """`next` None: back to the node that needed the level. `by`: one typed way at most, the number beside it.

    `subject`: whom the typed number names; a technician's is then the variable `technician_id`.
    """

    prompts: tuple[str, ...]
    next: str | None = None
    level: Level = "identified"
    by: tuple[Way, ...] = ("number", "rut")
    secrets: tuple[Secret, ...] = ("pin", "code")
    subject: Literal["customer", "technician"] = "customer"
    min_length: int = 4
    max_length: int = 10
    pin_length: int = 4
    pin_prompts: tuple[str, ...] = ("ask-pin",)
    code_prompts: tuple[str, ...] = ("ask-code",)
    unknown: str = "identify-unknown"
    wrong_secret: str = "secret-wrong"
    locked: str = "secret-locked"

    is_end: ClassVar[bool] = False

    # What it is made of

    def exits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, (self.next, self.on_failure))))

    def ways(self) -> Mapping[str, str]:
        return {self.on_failure: "…"} | ({self.next: self.level} if self.next else {})

    def says(self) -> tuple[str, ...]:
        told = (*self.prompts, self.invalid, self.silence, self.unknown)
        if self.level != "verified":
            return told
        return (*told, *self.pin_prompts, *self.code_prompts, self.wrong_secret, self.locked)

    def gives(self, actions: Mapping[str, ActionSpec]) -> Mapping[str, str]:
        spec = actions.get(f"find_{self.subject}")
        return {f"{self.subject}_id": "digits"} | (spec.gives if spec else {})

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if self.no_chance():
            yield wrong((), "no_chance", kind="question")
        if not self.by or self.level == "none":
            yield wrong(("by",), "no_way_to_identify")
        if self.level == "verified" and not self.secrets:
            yield wrong(("secrets",), "no_way_to_verify")

    # What it does

    def enter(self, caller: Caller) -> str | None:
        session = caller.session
        if reaches(session.level, self.level):
            return self._success()
        if self.subject != "customer" and "number" in self.by and session.pii_number:
            session.step = _BY_NUMBER
            caller.hush()
            caller.run(f"find_{self.subject}", {"number": session.pii_number}, _DEADLINE_SECONDS)
            return None
        return self._on(caller)

    def _on(self, caller: Caller) -> str | None:
        """The next thing to find out."""
        session = caller.session
        if reaches(session.level, self.level):
            return self._success()
        known_enough: Level = "number" if "number" in self.by else "identified"
        if self._who(caller) and self.level == "verified" and reaches(session.level, known_enough):
            return self._ask_secret(caller, self.secrets[0])
        if self._typed_way() is None:
            return self.on_failure
        session.step, session.keys = _WHO, ""
        caller.hear(self.prompts)
        return None

    def _success(self) -> str | None:
        return self.next if self.next is not None else GO_BACK

    def _who(self, caller: Caller) -> str:
        return caller.value(f"{self.subject}_id")

    def _typed_way(self) -> Way | None:
        return next((way for way in self.by if way != "number"), None)

    # Keys

    def collects(self, session: Session) -> bool:
        return session.step == _WHO or session.step in self.secrets

    def is_answer(self, session: Session) -> bool:
        return session.step == _WHO and len(session.keys) >= self._lengths()[0]

    def said(self, caller: Caller) -> str | None:
        if caller.session.step == _LOCKED:
            return self.on_failure
        if self.collects(caller.session):
            caller.wait(self.timeout_seconds)
        return None

    def pressed(self, caller: Caller, digit: str) -> str | None:
        session = caller.session
        if session.step != _WHO:
            caller.wait(self.timeout_seconds)
            return None
        caller.hush()
        if digit == "#":
            return self._typed(caller)
        if digit == "*" and self._typed_way() != "rut":
            session.keys = ""
        else:
            session.keys += digit
        if len(session.keys) >= self._lengths()[1]:
            return self._typed(caller)
        caller.wait(self.timeout_seconds if not session.keys else 3.0)
        return None

    def repeated(self, caller: Caller) -> str | None:
        return self._ask_again(caller, ())

    def silent(self, caller: Caller) -> str | None:
        session = caller.session
        if session.step == _WHO and session.keys:
            return self._typed(caller)
        if self.collects(session):
            return self._another_try(caller, self.silence)
        if session.action is not None:
            caller.hear(("one-moment",))
        return None

    def _typed(self, caller: Caller) -> str | None:
        session, way = caller.session, self._typed_way() or "rut"
        keys, session.keys = session.keys, ""
        kind: Literal["rut", "digits"] = "rut" if way == "rut" else "digits"
        long_enough = len(keys) >= self._lengths()[0]
        answer = read(kind, keys, today(session, caller.turn.at)) if long_enough else None
        if answer is None:
            return self._another_try(caller, self.invalid)
        session.step = _FINDING
        caller.hush()
        caller.run(f"find_{self.subject}", {way: answer}, _DEADLINE_SECONDS)
        return None

    def _lengths(self) -> tuple[int, int]:
        return LENGTHS["rut"] if self._typed_way() == "rut" else (self.min_length, self.max_length)

    def _another_try(self, caller: Caller, excuse: str) -> str | None:
        caller.session.attempts += 1
        if caller.session.attempts >= self.attempts:
            return self.on_failure
        return self._ask_again(caller, (excuse,))

    def _ask_again(self, caller: Caller, excuse: tuple[str, ...]) -> str | None:
        step = caller.session.step
        if step in ("pin", "code"):
            listen(caller, self.pin_length if step == "pin" else CODE_KEYS)
            caller.hear((*excuse, *(self.pin_prompts if step == "pin" else self.code_prompts)))
        elif step == _WHO:
            caller.hear((*excuse, *self.prompts))
        return None

    # Secrets

    def _ask_secret(self, caller: Caller, kind: Secret) -> str | None:
        if kind == "code":
            caller.session.step = _SENDING
            caller.hush()
            caller.run("send_code", self._subject(caller), _DEADLINE_SECONDS)
            return None
        caller.session.step = kind
        return self._ask_again(caller, ())

    def _subject(self, caller: Caller) -> dict[str, str]:
        return {"subject": self.subject, "subject_id": self._who(caller)}

    def secret_begun(self, caller: Caller) -> str | None:
        caller.hush()
        caller.wait(_TYPING_SECONDS)
        return None

    def secret_heard(self, caller: Caller) -> str | None:
        session = caller.session
        caller.stop_waiting()
        caller.hush()
        secret, kind = session.secret or "", session.step
        session.secret, session.step = None, f"{_CHECKING} {kind}"
        arguments = self._subject(caller) | {"kind": kind, "secret": secret}
        caller.run("check_secret", arguments, _DEADLINE_SECONDS)
        return None

    # Actions

    def done(self, caller: Caller, outcome: str, values: dict[str, str]) -> str | None:
        session = caller.session
        caller.stop_waiting()
        step, _, kind = session.step.partition(" ")
        match step, outcome:
            case (("finding" | "by_number"), "found"):
                how = "number" if step == _BY_NUMBER else self._typed_way() or ""
                found(caller, self.subject, values, how)
                return self._on(caller)
            case "finding", _:
                session.step = _WHO
                return self._another_try(caller, self.unknown)
            case "by_number", _:
                return self._on(caller)
            case "sending", "sent":
                session.step = "code"
                return self._ask_again(caller, ())
            case "sending", _:
                return self._other_secret(caller, "code")
            case "checking", _:
                return self._checked(caller, kind, outcome)
            case _:
                return self.on_failure

    def failed(self, caller: Caller, reason: str) -> str | None:
        step, _, kind = caller.session.step.partition(" ")
        caller.stop_waiting()
        if step == _CHECKING and reason == "secret_lost":
            caller.session.step = kind
            return self._another_try(caller, self.silence)
        return self._on(caller) if step == _BY_NUMBER else self.on_failure

    def _checked(self, caller: Caller, kind: str, outcome: str) -> str | None:
        match outcome:
            case "right":
                reached(caller, self.subject, "verified", kind)
                return self._success()
            case "wrong":
                caller.session.step = kind
                caller.session.attempts = 0  # the store counts them, and locks
                return self._ask_again(caller, (self.wrong_secret,))
            case "locked":
                caller.session.step = _LOCKED
                caller.hear((self.locked,))
                return None
            case _:
                return self._other_secret(caller, kind)

    def _other_secret(self, caller: Caller, tried: str) -> str | None:
        later = self.secrets[self.secrets.index(tried) + 1 :] if tried in self.secrets else ()
        return self._ask_secret(caller, later[0]) if later else self.on_failure
