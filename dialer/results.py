"""How an attempt that was not answered ended, and who decided it, from what SIP and Q.850 say.

The SIP answer comes first: Asterisk maps several onto one Q.850 cause. Sources: RFC 3261 section 21 (the meaning of
the answers), RFC 3398 section 7.2.6 (SIP to ISUP causes), ITU-T Q.850 (the causes). A ring time of ours that is over
is no answer, decided by the system, although Asterisk reports it as if a carrier had said 480.
"""

from ctiserver.core.inputs import LegFailed
from ctiserver.core.leads import Decider, DialResult

_OF_SIP: dict[int, tuple[DialResult, Decider]] = {
    403: ("rejected", "carrier"),
    404: ("invalid_number", "carrier"),
    408: ("no_answer", "carrier"),
    410: ("disconnected", "carrier"),
    480: ("no_answer", "carrier"),
    484: ("invalid_number", "carrier"),
    486: ("busy", "customer"),
    500: ("congestion", "carrier"),
    502: ("congestion", "carrier"),
    503: ("congestion", "carrier"),
    504: ("congestion", "carrier"),
    600: ("busy", "customer"),
    603: ("rejected", "customer"),
    604: ("invalid_number", "carrier"),
}
_OF_Q850: dict[int, tuple[DialResult, Decider]] = {
    1: ("invalid_number", "carrier"),
    17: ("busy", "customer"),
    18: ("no_answer", "carrier"),
    19: ("no_answer", "carrier"),
    21: ("rejected", "customer"),
    22: ("disconnected", "carrier"),
    27: ("congestion", "carrier"),
    28: ("invalid_number", "carrier"),
    34: ("congestion", "carrier"),
    38: ("congestion", "carrier"),
    42: ("congestion", "carrier"),
}


def of_failure(failed: LegFailed) -> tuple[DialResult, Decider]:
    """Result and decider of a leg that was never answered.

    Found so by a comparison after an outage, with no word from the channel log: unknown.
    """
    if failed.reason == "not_permitted":
        return "not_permitted", "system"
    if failed.decided_by == "switch" and failed.resync:
        return "unknown", "system"
    if failed.decided_by == "agent":  # whoever was at the other end of the line
        known = _OF_SIP.get(failed.sip_code) or _OF_Q850.get(failed.q850)
        return known or ("unreachable", "carrier")
    return ("no_answer" if failed.reason == "no_answer" else "unreachable"), "system"
