"""Nodes that talk: an announcement, a menu, another language, goodbye."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from ctiserver.core.events import LanguageChosen
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.caller import Caller
from ivr.nodes.base import Asks, Known, NodeBase
from ivr.nodes.speaking import RECOGNISING_SECONDS, Speech
from ivr.speak import say_goodbye


class Say(NodeBase, tag="say"):
    """Plays prompts, then goes on."""

    prompts: tuple[str, ...]
    next: str

    def exits(self) -> tuple[str, ...]:
        return (self.next,)

    def says(self) -> tuple[str, ...]:
        return self.prompts

    def straight(self) -> str | None:
        return self.next

    def enter(self, caller: Caller) -> str | None:
        caller.hear(self.prompts)
        return None

    def said(self, caller: Caller) -> str | None:
        return self.next


class Menu(Asks, tag="menu"):
    """Asks for one key; after `attempts` wrong keys or silences goes to `on_failure`."""

    prompts: tuple[str, ...]
    keys: dict[str, str]
    speech: Speech | None = None

    def exits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.keys.values(), self.on_failure)))

    def ways(self) -> Mapping[str, str]:
        keys: dict[str, list[str]] = {}
        for key, target in self.keys.items():
            keys.setdefault(target, []).append(key)
        return {self.on_failure: "…"} | {target: ", ".join(pressed) for target, pressed in keys.items()}

    def says(self) -> tuple[str, ...]:
        spoken = self.speech.says() if self.speech else ()
        return (*self.prompts, self.invalid, self.silence, *spoken)

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if not self.keys:
            yield wrong((), "menu_without_keys")
        if self.no_chance():
            yield wrong((), "no_chance", kind="menu")
        if self.speech:
            yield from self.speech.wrong(self.keys, known.languages)

    def enter(self, caller: Caller) -> str | None:
        caller.hear(self.prompts)
        return None

    def said(self, caller: Caller) -> str | None:
        listens = self.speech is not None and self.speech.listen(caller, self.timeout_seconds)
        caller.wait(self.timeout_seconds + (RECOGNISING_SECONDS if listens else 0.0))
        return None

    def pressed(self, caller: Caller, digit: str) -> str | None:
        asked, caller.session.step = caller.session.step, ""
        return self._chosen(caller, self.speech.confirmed(digit, asked) if self.speech else digit)

    def heard(self, caller: Caller, text: str, confidence: float) -> str | None:
        if self.speech is None:
            return None
        key = self.speech.judge(caller, text, confidence)
        if key is not None:
            return self._chosen(caller, key)
        if caller.session.step:
            return None  # he is being asked back
        return self.again(caller, self.speech.excuse(caller), self.prompts)

    def _chosen(self, caller: Caller, key: str) -> str | None:
        """`key` "": he said no to what he was asked back."""
        if key in self.keys:
            return self.keys[key]
        if not key:
            caller.hear(self.prompts)
            return None
        return self.again(caller, self.invalid, self.prompts)

    def repeated(self, caller: Caller) -> str | None:
        caller.session.step = ""
        caller.hear(self.prompts)
        return None

    def silent(self, caller: Caller) -> str | None:
        caller.session.step = ""
        return self.again(caller, self.silence, self.prompts)


class Language(NodeBase, tag="language"):
    """From here on the caller hears this language; a customer's is remembered."""

    language: str
    next: str

    def exits(self) -> tuple[str, ...]:
        return (self.next,)

    def straight(self) -> str | None:
        return self.next

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if self.language not in known.languages:
            spoken = ", ".join(known.languages)
            yield wrong(("language",), "language_not_spoken", language=self.language, languages=spoken)

    def choose(self, caller: Caller) -> None:
        """He counts as having chosen it, even if he hears nothing of it."""
        session = caller.session
        session.language, session.language_known = self.language, True
        chosen = LanguageChosen(at=caller.turn.at, contact=session.contact, language=self.language)
        caller.tell(chosen)

    def enter(self, caller: Caller) -> str | None:
        return self.next


class HangUp(NodeBase, tag="hangup"):
    """Says goodbye and ends the call."""

    prompts: tuple[str, ...] = ()

    is_end: ClassVar[bool] = True

    def says(self) -> tuple[str, ...]:
        return self.prompts

    def enter(self, caller: Caller) -> str | None:
        say_goodbye(caller.desk, caller.session, self.prompts, caller.turn)
        return None
