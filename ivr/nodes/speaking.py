"""Saying it instead of pressing a key.

Keys count all the while. What was said must be one of the phrases, whole: surely enough it counts as its key; less
surely he is asked back, and says or presses yes or no; else he is asked again. Who was not understood twice uses his
keys for the rest of the call. We listen once the prompt is over, for callers hear themselves and the prompt together.
"""

from collections.abc import Collection, Iterator, Mapping

from msgspec import field

from ctiserver.core.events import SpeechJudged, Verdict
from ctiserver.core.message import Frozen
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.caller import Caller

RECOGNISING_SECONDS = 3.0
"""How long after his time a word that he began in time may still come."""
YES_KEY, NO_KEY = "1", "2"
_TOO_OFTEN = 2

Phrases = dict[str, tuple[str, ...]]


class Speech(Frozen, forbid_unknown_fields=True):
    """What may be said at a menu. `phrases`: by language and key; `ask_back`: by key the prompt "you want ...?"."""

    phrases: dict[str, Phrases]
    ask_back: dict[str, str] = {}
    yes: Phrases = field(default_factory=lambda: {"es": ("sí",), "en": ("yes",)})
    no: Phrases = field(default_factory=lambda: {"es": ("no",), "en": ("no",)})
    sure: float = 0.8
    likely: float = 0.5
    confirm: str = "speech-confirm"
    unclear: str = "speech-unclear"
    keys_only: str = "speech-keys-only"

    def says(self) -> tuple[str, ...]:
        return (*self.ask_back.values(), self.confirm, self.unclear, self.keys_only)

    def wrong(self, keys: Collection[str], languages: Collection[str]) -> Iterator[Wrong]:
        """What cannot be, in a menu with these keys and a flow with these languages."""
        if not 0 <= self.likely <= self.sure <= 1:
            yield wrong(("speech",), "wrong_confidence", likely=self.likely, sure=self.sure)
        for language, of_key in self.phrases.items():
            at = ("speech", "phrases", language)
            if language not in languages:
                yield wrong(at, "language_not_spoken", language=language, languages=", ".join(languages))
            seen: dict[str, str] = {}
            for key, phrases in of_key.items():
                if key not in keys:
                    yield wrong(at, "phrase_without_key", key=key)
                for phrase in phrases:
                    if seen.setdefault(phrase, key) != key:
                        yield wrong(at, "phrase_twice", phrase=phrase, one=seen[phrase], other=key)
        for key in self.ask_back:
            if key not in keys:
                yield wrong(("speech", "ask_back"), "phrase_without_key", key=key)

    def listen(self, caller: Caller, seconds: float) -> bool:
        """Listen from now on, if that can help; whether we do."""
        session = caller.session
        if session.misheard >= _TOO_OFTEN or session.language not in caller.desk.tables.spoken_languages:
            return False
        phrases = tuple(self._meant(caller))
        if phrases:
            caller.recognise(phrases, seconds)
        return bool(phrases)

    def judge(self, caller: Caller, text: str, confidence: float) -> str | None:
        """The key that he meant; None when nothing is sure, and he hears what to do."""
        session, meant = caller.session, self._meant(caller).get(text)
        confirming, session.step = session.step, ""
        verdict: Verdict = "unclear"
        if meant is not None and confidence >= self.sure:
            verdict = "taken"
        elif meant is not None and confidence >= self.likely and meant in self.ask_back and not confirming:
            verdict, session.step = "asked_back", meant
        caller.tell(
            SpeechJudged(
                at=caller.turn.at,
                contact=session.contact,
                node=session.node,
                pii_text=text,
                confidence=confidence,
                verdict=verdict,
            )
        )
        if verdict == "taken" and meant:
            return self.confirmed(meant, confirming)
        if verdict == "asked_back" and meant:
            caller.hear((self.ask_back[meant], self.confirm))
        else:
            session.misheard += 1
        return None

    def confirmed(self, said: str, asked: str) -> str:
        """The key that `said` stands for, if he was `asked` whether he meant one; "" when he says no."""
        if not asked or said not in (YES_KEY, NO_KEY):
            return said
        return asked if said == YES_KEY else ""

    def excuse(self, caller: Caller) -> str:
        """What he hears when he was not understood."""
        return self.keys_only if caller.session.misheard >= _TOO_OFTEN else self.unclear

    def _meant(self, caller: Caller) -> Mapping[str, str]:
        """Key by phrase, of what he may say now."""
        language = caller.session.language
        of_key = self.phrases.get(language, {})
        if caller.session.step:
            of_key = {YES_KEY: self.yes.get(language, ()), NO_KEY: self.no.get(language, ())}
        return {phrase: key for key, phrases in of_key.items() for phrase in phrases}
