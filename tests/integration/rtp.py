"""Audio for tests: that of the demo's parties, which live in the product."""

from ctiserver.app.rtp_party import KeyPresser, RtpParty, holds_tone, tone_packets

__all__ = ["KeyPresser", "RtpParty", "holds_tone", "tone_packets"]
