"""What a supervisor brings becomes telephone sound, or a sentence says why not."""

import io

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from crm_core import telephone_sound as made_of
from crm_core.telephone_sound import telephone_sound
from ctiserver.core.errors import Refusal


def tone(
    rate: int, seconds: float = 1.5, amplitude: float = 0.05, hertz: float = 1000.0
) -> NDArray[np.float32]:
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(
        np.float32
    )


def file_of(samples: NDArray[np.float32], rate: int, kind: str, subtype: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def heard(content: bytes) -> NDArray[np.float64]:
    """The samples that Asterisk plays."""
    with soundfile.SoundFile(io.BytesIO(telephone_sound(content).wav)) as file:
        assert (file.format, file.subtype, file.samplerate, file.channels) == ("WAV", "PCM_16", 8000, 1)
        return np.asarray(file.read())


def share_at(samples: NDArray[np.float64], hertz: float) -> float:
    """Of the sound's power, what lies within 20 Hz."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    near = np.abs(np.fft.rfftfreq(len(samples), 1 / 8000) - hertz) < 20
    return float(power[near].sum() / power.sum())


@pytest.mark.parametrize(
    ("rate", "kind", "subtype"),
    [
        (8000, "WAV", "PCM_16"),
        (44100, "WAV", "PCM_24"),
        (48000, "WAV", "FLOAT"),
        (6000, "WAV", "PCM_16"),
        (8000, "WAV", "ULAW"),
        (44100, "MP3", "MPEG_LAYER_III"),
        (44100, "OGG", "VORBIS"),
        (48000, "OGG", "OPUS"),
    ],
)
def test_every_kind_and_rate_is_the_same_tone_as_loud_as_the_prompts(
    rate: int, kind: str, subtype: str
) -> None:
    samples = heard(file_of(tone(rate), rate, kind, subtype))
    assert len(samples) == pytest.approx(12_000, abs=800)  # MP3 adds its own padding
    assert share_at(samples, 1000) > 0.95
    middle = samples[2000:10_000]
    assert 20 * np.log10(np.sqrt((middle**2).mean())) == pytest.approx(made_of.LOUDNESS_DBFS, abs=0.5)


def test_both_channels_are_heard_and_what_no_telephone_carries_is_not() -> None:
    both = np.stack([tone(48000, hertz=500.0), tone(48000, hertz=1500.0) + tone(48000, hertz=9000.0)], axis=1)
    samples = heard(file_of(both, 48000, "WAV", "PCM_16"))
    assert share_at(samples, 500) == pytest.approx(0.5, abs=0.02)
    assert share_at(samples, 1500) == pytest.approx(0.5, abs=0.02)  # and nothing of 9000 Hz, folded to 1000


def test_a_sound_of_great_peaks_is_left_quieter_and_never_clipped() -> None:
    quiet = tone(8000, 3.0, amplitude=0.01)
    quiet[8000:8005] = 0.9
    samples = heard(file_of(quiet, 8000, "WAV", "PCM_16"))
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(made_of.PEAK_DBFS, abs=0.1)


def bad(content: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        telephone_sound(content)
    return refused.value.error_id


def test_what_is_not_to_be_played_is_refused_by_its_content() -> None:
    wav = file_of(tone(8000), 8000, "WAV", "PCM_16")
    assert bad(b"") == "sound_empty"
    assert bad(wav + bytes(made_of.LARGEST_BYTES)) == "sound_too_large"
    for other in (b"%PDF-1.7", b"MZ\0", b"<html>", file_of(tone(8000), 8000, "FLAC", "PCM_16")):
        assert bad(other) == "sound_kind"
    assert bad(b"OggS" + bytes(400)) == "sound_damaged"
    assert bad(b"ID3" + bytes(400)) == "sound_damaged"
    assert bad(wav[:30]) == "sound_damaged"
    assert bad(file_of(tone(8000, 0.2), 8000, "WAV", "PCM_16")) == "sound_too_short"
    assert bad(file_of(np.zeros(16000, np.float32), 8000, "WAV", "PCM_16")) == "sound_silent"


def test_two_minutes_are_the_most_whatever_the_file_claims() -> None:
    longest = file_of(tone(8000, 120.0), 8000, "WAV", "PCM_16")
    assert telephone_sound(longest).seconds == 120.0
    assert bad(file_of(tone(8000, 120.5), 8000, "WAV", "PCM_16")) == "sound_too_long"
    ten_minutes = file_of(np.full(8000 * 600, 0.1, np.float32), 8000, "WAV", "ULAW")
    assert len(ten_minutes) < made_of.LARGEST_BYTES
    assert bad(ten_minutes) == "sound_too_long"
