"""The prompts on disk: the manifest, our wav files, and which sounds exist.

The prompts folder holds `manifest.toml` and one wav per rendered prompt, `LANGUAGE/KEY.wav`: 8 kHz, 16
bits, mono, which Asterisk plays without converting.
"""

import hashlib
import math
import os
import sys
import tomllib
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

from ctiserver.core.errors import ConfigError, Mistake
from ivr.prompt_manifest import Manifest, Prompt, as_toml, parse

MANIFEST = "manifest.toml"
SHIPPED = Path(__file__).parents[2] / "sounds"
"""The prompts that come with the product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What a wav file holds: `rms_dbfs` and `peak_dbfs` in dB of full scale (-inf: digital silence)."""

    sha256: str
    rate_hz: int
    bits: int
    channels: int
    seconds: float
    rms_dbfs: float
    peak_dbfs: float
    lead_silence_seconds: float
    tail_silence_seconds: float


def load(directory: Path = SHIPPED) -> Manifest:
    """The manifest of a prompts folder. Raises ConfigError if it is absent or wrong."""
    path = directory / MANIFEST
    try:
        return parse(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ConfigError([Mistake(str(path), "no manifest here; set the prompts folder right")]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Mistake(str(path), f"not TOML: {error}")]) from None


def save(manifest: Manifest, directory: Path) -> None:
    """Replace the folder's manifest at once: a reader sees the old one or the new one."""
    fresh = directory / f"{MANIFEST}.new"
    fresh.write_text(as_toml(manifest), encoding="utf-8")
    os.replace(fresh, directory / MANIFEST)


def wav_of(prompt: Prompt, directory: Path) -> Path:
    return directory / prompt.language / f"{prompt.key}.wav"


def available(directory: Path, asterisk_sounds: Path) -> frozenset[str]:
    """The sounds that exist, named as `ivr.prompts` names them.

    Ours by absolute path, Asterisk's by path under its sounds folder, both without extension.
    """
    ours = {str(file.with_suffix("")) for file in directory.absolute().glob("*/*.wav")}
    recorded = {
        str(file.relative_to(asterisk_sounds).with_suffix("")) for file in asterisk_sounds.rglob("*.wav")
    }
    return frozenset(ours | recorded)


def measure(path: Path, *, silence_dbfs: float = -50.0) -> Sound:
    """Raises OSError, EOFError or wave.Error if it is no wav file."""
    with wave.open(str(path)) as file:
        rate_hz, bits, channels = file.getframerate(), 8 * file.getsampwidth(), file.getnchannels()
        samples = array("h", file.readframes(file.getnframes()) if bits == 16 else b"")
    if sys.byteorder == "big":
        samples.byteswap()
    threshold = 32768 * 10 ** (silence_dbfs / 20)
    loud = [place for place, sample in enumerate(samples) if abs(sample) > threshold]
    first, last = (loud[0], loud[-1]) if loud else (len(samples), -1)
    return Sound(
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        rate_hz=rate_hz,
        bits=bits,
        channels=channels,
        seconds=len(samples) / rate_hz,
        rms_dbfs=_dbfs(math.sqrt(sum(s * s for s in samples) / max(1, len(samples)))),
        peak_dbfs=_dbfs(max(map(abs, samples), default=0)),
        lead_silence_seconds=first / rate_hz,
        tail_silence_seconds=(len(samples) - 1 - last) / rate_hz,
    )


def _dbfs(amplitude: float) -> float:
    return 20 * math.log10(amplitude / 32768) if amplitude else -math.inf
