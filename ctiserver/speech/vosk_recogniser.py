"""Vosk: recognises on the machine itself, as the words come, with the menu's phrases as its grammar.

Words that a model does not know can never be recognised; they are logged when a recogniser is asked for, and the keys
remain. Many models know a word for noise ("[unk]"), which keeps a cough from being taken for a phrase; some don't.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import structlog
from vosk import KaldiRecognizer, Model, SetLogLevel

from ctiserver.speech.recogniser import SAMPLES_PER_SECOND, Heard

_log = structlog.get_logger()
_NOISE = "[unk]"
_UNKNOWN = -1


class VoskModel:
    """A loaded model; shared by as many recognisers as one likes, in any thread."""

    def __init__(self, folder: Path) -> None:
        """Loads for seconds. Raises Exception (Vosk has no better) for a folder that holds no model."""
        SetLogLevel(-1)
        self._model = Model(str(folder))
        self._noise = [_NOISE] if self._knows(_NOISE) else []

    def unknown_words(self, phrases: Sequence[str]) -> list[str]:
        """The words of the phrases that the model does not know."""
        words = dict.fromkeys(word for phrase in phrases for word in phrase.split())
        return [word for word in words if not self._knows(word)]

    def recogniser(self, phrases: Sequence[str]) -> "VoskRecogniser":
        """Knows these phrases; in the letters and the case of the model's own words."""
        if unknown := self.unknown_words(phrases):
            _log.warning("words that the speech model does not know", words=unknown)
        grammar = json.dumps([*phrases, *self._noise], ensure_ascii=False)
        return VoskRecogniser(KaldiRecognizer(self._model, SAMPLES_PER_SECOND, grammar))

    def _knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) != _UNKNOWN)


class VoskRecogniser:
    """One utterance."""

    def __init__(self, kaldi: KaldiRecognizer) -> None:
        kaldi.SetWords(True)
        self._kaldi = kaldi

    def accept(self, sound: bytes) -> Heard | None:
        return _heard(self._kaldi.Result()) if self._kaldi.AcceptWaveform(sound) else None

    def finish(self) -> Heard | None:
        return _heard(self._kaldi.FinalResult())


def _heard(result: str) -> Heard | None:
    words = [word for word in json.loads(result).get("result", ()) if word["word"] != _NOISE]
    if not words:
        return None
    return Heard(" ".join(word["word"] for word in words), min(float(word["conf"]) for word in words))
