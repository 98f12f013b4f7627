"""Callers and phones for tests: those of the demo, which live in the product. And how long tests are patient."""

from collections.abc import Callable

from ctiserver.app import sipp_process
from ctiserver.app.sipp_parties import Caller, CallerStream, Phone, SpeakingSipp
from ctiserver.app.sipp_process import Sipp, SippEvent, free_udp_port

__all__ = ["Caller", "CallerStream", "Phone", "Sipp", "SippEvent", "SpeakingSipp", "free_udp_port", "until"]

PATIENCE = 3.0
"""A machine that does much else may take that many times as long as a test says: what is awaited comes all the same."""


def until(
    condition: Callable[[], object],
    what: str,
    seconds: float = 10.0,
    story: Callable[[], object] = lambda: "",
) -> None:
    """Returns as soon as the condition is true; `seconds`: how long that takes at most on an idle machine."""
    sipp_process.until(condition, what, seconds * PATIENCE, story)
