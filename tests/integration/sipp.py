"""Callers and phones for tests: those of the demo, which live in the product."""

from ctiserver.app.sipp_parties import Caller, CallerStream, Phone, SpeakingSipp
from ctiserver.app.sipp_process import Sipp, SippEvent, free_udp_port, until

__all__ = ["Caller", "CallerStream", "Phone", "Sipp", "SippEvent", "SpeakingSipp", "free_udp_port", "until"]
