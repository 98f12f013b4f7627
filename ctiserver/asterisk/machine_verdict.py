"""What Asterisk's detector of answering machines (AMD) says of who picked up, as an input.

It says HUMAN, MACHINE or NOTSURE, and why in a word and the milliseconds that decided: LONGGREETING-1100-1100,
HUMAN-400-400 (so much silence after a short greeting), MAXWORDS-6-6, TOOLONG-1500.
"""

from ctiserver.core.ids import LegId
from ctiserver.core.inputs import MachineJudged
from ctiserver.core.leads import AnsweredBy

_OF_STATUS: dict[str, AnsweredBy] = {"HUMAN": "live", "MACHINE": "machine"}
_LONGEST_CAUSE = 64


def machine_judged(
    leg: LegId, verdict: list[str], at: float, seconds: float = 0.0, *, resync: bool = False
) -> MachineJudged:
    """The verdict, status and cause as the dialplan brings them; what is neither a person nor a machine is unsure."""
    status, cause = (*verdict, "", "")[:2]
    return MachineJudged(
        at=at,
        leg=leg,
        answered_by=_OF_STATUS.get(status, "unsure"),
        cause=cause[:_LONGEST_CAUSE],
        seconds=seconds,
        resync=resync,
    )
