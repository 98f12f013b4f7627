import struct
import wave
from pathlib import Path

import pytest

from ctiserver.asterisk.g711 import encode_sample, mu_law


@pytest.mark.parametrize(
    ("sample", "byte"),
    [
        (0, 0xFF),
        (-1, 0x7F),
        (8, 0xFE),
        (-8, 0x7E),
        (32767, 0x80),
        (-32768, 0x00),
        (1000, 0xCE),
        (-1000, 0x4E),
    ],
)
def test_samples_become_the_bytes_of_g711(sample: int, byte: int) -> None:
    assert encode_sample(sample) == byte


def test_a_wav_file_becomes_one_byte_a_sample(tmp_path: Path) -> None:
    assert mu_law(written(tmp_path / "a.wav", 8000, [0, -8, 32767])) == bytes([0xFF, 0x7E, 0x80])


def test_a_wav_file_of_another_rate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="8 kHz"):
        mu_law(written(tmp_path / "b.wav", 16000, [0]))


def written(file: Path, rate: int, samples: list[int]) -> Path:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file
