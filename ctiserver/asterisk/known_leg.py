"""What was told of one leg, and why a phone was not answered."""

from dataclasses import dataclass
from typing import Literal

from ctiserver.core.ids import LegId
from ctiserver.core.inputs import LegFailed, Party

Reason = Literal["busy", "no_answer", "rejected", "unreachable", "refused", "not_permitted"]

# By SIP answer first, for Asterisk's own cause loses detail; then by Q.850 cause.
_REASON_OF_SIP: dict[int, Reason] = {
    408: "no_answer",
    480: "no_answer",
    486: "busy",
    600: "busy",
    403: "rejected",
    603: "rejected",
}
_REASON_OF_Q850: dict[int, Reason] = {17: "busy", 18: "no_answer", 19: "no_answer", 21: "rejected"}


def failure_reason(sip_code: int, q850: int) -> Reason:
    """Why a phone that somebody else decided about was not answered."""
    return _REASON_OF_SIP.get(sip_code) or _REASON_OF_Q850.get(q850, "unreachable")


@dataclass(slots=True)
class KnownLeg:
    """What was told of a leg. `dropped`: by us; `hung_up`: by its own party; `decided`: not by a timer here.

    `customer`: at its other end is a customer, whoever called whom. `detecting`: it is, or will be, with the detector
    of machines; since when is known once it is there.
    """

    dialled: bool = False
    customer: bool = False
    ringing: bool = False
    up: bool = False
    dropped: bool = False
    hung_up: bool = False
    decided: bool = False
    detecting: bool = False
    awaiting_silence: bool = False
    spoke: bool = False
    detecting_since: float | None = None
    q850: int = 0

    def ended_by(self, otherwise: Party) -> Party:
        if self.dropped:
            return "center"
        if self.hung_up:
            return "agent" if self.dialled and not self.customer else "caller"
        return otherwise


def failed(known: KnownLeg, leg: LegId, sip_code: int, q850: int, at: float) -> LegFailed:
    """Nobody decided: our own ring time is over, which Asterisk reports as if the phone had said 480."""
    if known.dropped:
        return LegFailed(at=at, leg=leg, reason="no_answer", q850=q850, decided_by="center")
    if known.decided:
        reason = failure_reason(sip_code, q850)
        return LegFailed(at=at, leg=leg, reason=reason, sip_code=sip_code, q850=q850, decided_by="agent")
    reason = "no_answer" if known.ringing else "unreachable"
    return LegFailed(at=at, leg=leg, reason=reason, q850=q850, decided_by="center")
