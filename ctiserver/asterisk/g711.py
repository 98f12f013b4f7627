"""G.711 mu-law, so that music is stored as it is sent and Asterisk need not encode it for every caller."""

import array
import sys
import wave
from pathlib import Path

_BIAS = 132
_CLIP = 32635


def encode_sample(sample: int) -> int:
    """The mu-law byte of a 16-bit sample (ITU-T G.711, table 2)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def mu_law(wav: Path) -> bytes:
    """The samples of an 8 kHz mono 16-bit wav file as mu-law bytes. Raises ValueError for another format."""
    with wave.open(str(wav), "rb") as sound:
        if (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) != (1, 2, 8000):
            raise ValueError(f"{wav} is not 8 kHz mono 16-bit")
        samples = array.array("H", sound.readframes(sound.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    table = bytes(encode_sample(s - 0x10000 if s >= 0x8000 else s) for s in range(0x10000))
    return bytes(map(table.__getitem__, samples))
