"""Compressing recordings: Opus in Ogg (RFC 6716, RFC 7845), by libsndfile, which reads and writes piece by piece.

Eight thousand samples a second stay so many; an hour of telephone is 58 MB as the switch writes it and about 10 MB
then. Beside the file come its hash and its loudness in pieces, from which a page draws the wave.
"""

import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import soundfile

from crm_core.recordings import Kept

PIECES = 400
_BLOCK_FRAMES = 80_000


def compress(source: Path, target: Path) -> Kept:
    """Write the compressed file, whole and on the disk, or none. Raises OSError, `soundfile.LibsndfileError`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    try:
        peaks = _write(source, draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        content = draft.read_bytes()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return Kept(size_bytes=len(content), sha256=sha256(content).hexdigest(), peaks=peaks)


def _write(source: Path, draft: Path) -> list[int]:
    with soundfile.SoundFile(source) as wav:
        pieces = min(PIECES, max(1, wav.frames))
        loudest = np.zeros(pieces)
        with soundfile.SoundFile(
            draft, "w", samplerate=wav.samplerate, channels=wav.channels, format="OGG", subtype="OPUS"
        ) as opus:
            done = 0
            for block in wav.blocks(_BLOCK_FRAMES, dtype="float32", always_2d=True):
                opus.write(block)
                places = (np.arange(done, done + len(block)) * pieces) // max(1, wav.frames)
                np.maximum.at(loudest, np.minimum(places, pieces - 1), np.abs(block).max(axis=1))
                done += len(block)
    return [round(100 * float(one)) for one in loudest]
