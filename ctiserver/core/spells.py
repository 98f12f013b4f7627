"""Who speaks when in a recorded talk."""

from typing import Literal

Who = Literal["caller", "agent"]

Spell = tuple[float, float]
"""From and to, in seconds of the recording."""
