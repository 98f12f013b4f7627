"""The sound of a talk, wherever it is by now: as the switch wrote it, or compressed."""

import numpy as np
import numpy.typing as npt
import soundfile

from ctiserver.core.config import Config
from ctiserver.process import folders
from tests.integration.sipp import until


def sound_of(config: Config, name: str | None) -> tuple[npt.NDArray[np.int16], int]:
    """Its samples and their rate, once it has been compressed."""
    assert name
    kept = folders.kept_recording(config, name)
    until(kept.exists, f"the compressed recording {name}", 60)
    samples, rate = soundfile.read(kept, dtype="int16")
    return samples, rate
