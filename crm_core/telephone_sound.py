"""A sound that somebody brings, as telephones play it: WAV, MP3, or Vorbis, Opus or FLAC in Ogg.

What it is, its first bytes say, never its name. It becomes 8 kHz, 16 bits, mono, which Asterisk plays without
converting: all its channels together, limited to what a telephone carries, from 100 Hz up to half the rate, by cutting
its Fourier transform, and as loud as the prompts of ours: what is heard of it has `LOUDNESS_DBFS`, unless a peak would
then exceed `PEAK_DBFS`; so nothing is clipped. Nobody's file takes more memory than two minutes at the highest rate.

Sources: ITU-T G.712 (the telephone's band); Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., section
4.6 (changing the rate of a band-limited signal).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from ctiserver.core.errors import Refusal

RATE_HZ = 8000
LONGEST_SECONDS = 120
SHORTEST_SECONDS = 0.5
LARGEST_BYTES = 5 << 20
LOUDNESS_DBFS = -20.5
"""Mean of what is heard of our own prompts."""
PEAK_DBFS = -3.0
_SILENCE_DBFS = -50.0
_LOWEST_HERTZ = 100
_HIGHEST_RATE_HZ, _MOST_CHANNELS = 192_000, 8
_BLOCK_FRAMES = 65_536
_FORMATS = ("WAV", "WAVEX", "MP3", "OGG")
_MP3_STARTS = (b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3")

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TelephoneSound:
    """`wav`: the whole file; `seconds`: how long it lasts."""

    wav: bytes
    seconds: float


def telephone_sound(content: bytes) -> TelephoneSound:
    """What is played of a file. Raises Refusal with an error id for each reason why not."""
    if not content:
        raise Refusal("sound_empty", "choose a file that is not empty")
    if len(content) > LARGEST_BYTES:
        raise too_large()
    if not _is_known(content):
        raise _wrong_kind()
    samples = _at_telephone_rate(*_decoded(content))
    if len(samples) < SHORTEST_SECONDS * RATE_HZ:
        raise Refusal("sound_too_short", f"choose a sound of at least {SHORTEST_SECONDS} s")
    file = io.BytesIO()
    soundfile.write(file, _as_loud_as_ours(samples), RATE_HZ, format="WAV", subtype="PCM_16")
    return TelephoneSound(file.getvalue(), len(samples) / RATE_HZ)


def too_large() -> Refusal:
    """What is said to who brings more than is taken."""
    return Refusal("sound_too_large", f"choose a file of at most {LARGEST_BYTES >> 20} MB")


def _wrong_kind() -> Refusal:
    return Refusal("sound_kind", "choose a sound: WAV, MP3, OGG or Opus")


def _is_known(content: bytes) -> bool:
    is_wave = content[:4] == b"RIFF" and content[8:12] == b"WAVE"
    return is_wave or content[:4] == b"OggS" or content.startswith(_MP3_STARTS)


def _decoded(content: bytes) -> tuple[Samples, int]:
    """All channels in one, and the rate. Whatever the file claims of its length, no more than is taken is read."""
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate_hz = file.samplerate
            if file.format not in _FORMATS:
                raise _wrong_kind()
            if not 0 < rate_hz <= _HIGHEST_RATE_HZ or file.channels > _MOST_CHANNELS:
                raise Refusal("sound_damaged", "this sound cannot be read: save it anew as WAV or MP3")
            blocks = list(_blocks(file, (LONGEST_SECONDS + 1) * rate_hz))
    except (soundfile.SoundFileError, RuntimeError, ValueError, OSError) as error:
        reason = "this sound cannot be read: save it anew as WAV or MP3"
        raise Refusal("sound_damaged", reason) from error
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    if len(samples) > LONGEST_SECONDS * rate_hz:
        raise Refusal("sound_too_long", f"choose a sound of at most {LONGEST_SECONDS} s")
    return np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), rate_hz


def _blocks(file: soundfile.SoundFile, most_frames: int) -> Iterator[Samples]:
    read = 0
    while read <= most_frames:
        block = file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)
        if not len(block):
            return
        read += len(block)
        yield block.mean(axis=1, dtype=np.float32)


def _at_telephone_rate(samples: Samples, rate_hz: int) -> Samples:
    """Padded to whole seconds and one more: both transforms have whole lengths, and the end meets no beginning."""
    seconds = -(-len(samples) // rate_hz) + 1
    heard = np.fft.rfft(np.pad(samples, (0, seconds * rate_hz - len(samples))))
    heard[: _LOWEST_HERTZ * seconds] = 0.0
    kept = heard[: seconds * RATE_HZ // 2 + 1]
    scaled = np.fft.irfft(kept, seconds * RATE_HZ) * (RATE_HZ / rate_hz)
    return scaled[: round(len(samples) * RATE_HZ / rate_hz)].astype(np.float32)


def _as_loud_as_ours(samples: Samples) -> Samples:
    """Raises Refusal for what nobody would hear."""
    frame = RATE_HZ // 50
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    loudness = np.sqrt((frames**2).mean(axis=1))
    loud = loudness[loudness > _amplitude(_SILENCE_DBFS)]
    if len(loud) * frame < SHORTEST_SECONDS * RATE_HZ / 2:
        raise Refusal("sound_silent", "nothing is heard in this sound: record it louder")
    gain = _amplitude(LOUDNESS_DBFS) / float(np.sqrt((loud**2).mean()))
    return samples * np.float32(min(gain, _amplitude(PEAK_DBFS) / float(np.abs(samples).max())))


def _amplitude(dbfs: float) -> float:
    return float(10 ** (dbfs / 20))
