"""What several runs of a simulation tell of a figure: their mean with Student's 95 % interval."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean over seeds, and half the width of its 95 % interval (Student); None: one seed tells nothing of it."""

    mean: float
    half_width: float | None


def interval(values: Sequence[float]) -> Interval:
    """Of at least one value."""
    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return Interval(mean=mean, half_width=None)
    spread = float(np.std(values, ddof=1)) / math.sqrt(count)
    return Interval(mean=mean, half_width=float(stdtrit(count - 1, 0.975)) * spread)
