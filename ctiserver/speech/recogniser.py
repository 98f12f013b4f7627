"""What a recogniser is, whichever it is, and what makes a model one.

A recogniser hears one utterance of one caller and knows the phrases that may come. A model is a folder that an
operator brings (`ctiserver speech install`), one per language; nothing here comes with one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

SAMPLES_PER_SECOND = 8000
BYTES_PER_SECOND = 2 * SAMPLES_PER_SECOND
_LANDMARK = Path("am") / "final.mdl"


class Heard(msgspec.Struct, frozen=True):
    """What was said; `confidence` is that of the least certain word, 0 to 1."""

    text: str
    confidence: float


class Recogniser(Protocol):
    """One utterance; signed 16-bit samples at 8 kHz in the machine's order."""

    def accept(self, sound: bytes) -> Heard | None:
        """Takes the next piece; what was said once its end was heard, else None. Silence is no utterance."""
        ...

    def finish(self) -> Heard | None:
        """What was said in all that came; None for silence or noise."""
        ...


class SpeechModel(Protocol):
    """A language that can be recognised; loads for seconds, then makes recognisers at once."""

    def recogniser(self, phrases: Sequence[str]) -> Recogniser:
        """Knows these phrases and nothing else."""
        ...


def is_model(folder: Path) -> bool:
    """Whether the folder holds a model of Kaldi's making, as Vosk reads it."""
    return (folder / _LANDMARK).is_file()


def installed_languages(folder: Path) -> tuple[str, ...]:
    """The languages that have a model below the folder, in order."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(one.name for one in folder.iterdir() if is_model(one)))
