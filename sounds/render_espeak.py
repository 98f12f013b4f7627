"""Renders prompts with espeak-ng: plain, quick, and one small Debian package.

Standard input: one JSON object per line, {"words", "voice", "phonemes", "wav"}; `phonemes` is espeak-ng's own name of
the language ("es-419"), `voice` is not used. Standard output: the `wav` of each finished one, a line each. The result
is telephone sound: 8 kHz, 16 bits, mono, as loud as Asterisk's own recordings. Good enough for names of streets where
render_kokoro.py is too much; docs/prompts.md tells of both.
"""

import json
import math
import subprocess
import sys
import wave
from array import array
from functools import cache
from io import BytesIO

TELEPHONE_RATE = 8_000
CUTOFF_HZ = 3_600
HALF_WIDTH_SECONDS = 0.0012
LEAD_SECONDS, TAIL_SECONDS = 0.08, 0.12
SPEECH_RMS, PEAK = 10 ** (-20 / 20), 10 ** (-3 / 20)
SILENCE = 0.01
WORDS_A_MINUTE = "150"


def spoken(words: str, language: str) -> tuple[list[float], int]:
    """Samples from -1 to 1 and their rate, as espeak-ng gives them."""
    command = ["espeak-ng", "-v", language, "-s", WORDS_A_MINUTE, "--stdout", "--", words]
    said = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(BytesIO(said)) as file:
        rate = file.getframerate()
        samples = array("h", said[44:])  # the length in a header that goes to a pipe is a guess
    if sys.byteorder == "big":
        samples.byteswap()
    return [sample / 32768 for sample in samples], rate


def to_telephone_rate(samples: list[float], rate: int) -> list[float]:
    """At 8 kHz, each sample through a low-pass: a sinc in a Hann window (Smith, "Digital Audio Resampling", 2002)."""
    shared = math.gcd(rate, TELEPHONE_RATE)
    phases, step = TELEPHONE_RATE // shared, rate // shared
    half = math.ceil(HALF_WIDTH_SECONDS * rate)

    @cache
    def taps(phase: int) -> list[float]:
        offset = phase / phases
        return [_tap((place - offset) / rate, rate) for place in range(-half, half + 1)]

    padded = [0.0] * half + samples + [0.0] * (half + 1)
    count = len(samples) * phases // step
    at = ((place * step // phases, place * step % phases) for place in range(count))
    return [sum(tap * padded[first + n] for n, tap in enumerate(taps(phase))) for first, phase in at]


def _tap(seconds: float, rate: int) -> float:
    if abs(seconds) >= HALF_WIDTH_SECONDS:
        return 0.0
    window = 0.5 + 0.5 * math.cos(math.pi * seconds / HALF_WIDTH_SECONDS)
    turn = 2 * math.pi * CUTOFF_HZ * seconds
    return 2 * CUTOFF_HZ / rate * window * (math.sin(turn) / turn if turn else 1.0)


def trimmed(samples: list[float]) -> list[float]:
    """With a short silence at both ends, as loud as speech on the telephone."""
    loud = [place for place, sample in enumerate(samples) if abs(sample) > SILENCE]
    speech = samples[loud[0] : loud[-1] + 1] if loud else samples
    rms = math.sqrt(sum(sample * sample for sample in speech) / max(1, len(speech)))
    peak = max(map(abs, speech), default=0.0)
    gain = min(SPEECH_RMS / rms, PEAK / peak) if peak else 1.0
    lead, tail = (int(seconds * TELEPHONE_RATE) for seconds in (LEAD_SECONDS, TAIL_SECONDS))
    return [0.0] * lead + [gain * sample for sample in speech] + [0.0] * tail


def main() -> None:
    """Render each order as it comes."""
    for line in sys.stdin:
        order = json.loads(line)
        samples = trimmed(to_telephone_rate(*spoken(order["words"], order["phonemes"])))
        frames = array("h", [round(32767 * sample) for sample in samples])
        if sys.byteorder == "big":
            frames.byteswap()
        with wave.open(order["wav"], "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(TELEPHONE_RATE)
            file.writeframes(frames.tobytes())
        print(order["wav"], flush=True)


if __name__ == "__main__":
    main()
