"""The pacer of a live campaign: what it believes before it knows anything, or what it had learned."""

from ctiserver.core.tables import Campaign
from dialer.answer_rate import AnswerRate
from dialer.pacing import Pacer
from dialer.pacing_ledger import Ledger
from dialer.pacing_state import PacerState
from dialer.survival import Durations

_TALK_SECONDS, _WRAP_UP_SECONDS = 1800, 300
"""The longest that is learned of; what lasts longer counts there."""
_BELIEVED_TALKS = (30.0, 60.0, 120.0, 240.0, 480.0)
_BELIEVED_WRAP_UPS = (5.0, 15.0, 45.0)


def pacer_of(table: Campaign, state: PacerState | None) -> Pacer:
    """The one that gave `state`; None: of a campaign of which nothing is known, which begins progressively."""
    if state is not None:
        return Pacer.restore(state, table.mode, table.tolerance_seconds)
    return Pacer(
        mode=table.mode,
        rate=AnswerRate(table.ring_seconds + 10.0),
        talk=Durations(_TALK_SECONDS, prior=_BELIEVED_TALKS),
        wrap_up=Durations(_WRAP_UP_SECONDS, prior=_BELIEVED_WRAP_UPS),
        ledger=Ledger(alpha=table.abandon_limit, window_seconds=table.window_seconds),
        tolerance_seconds=table.tolerance_seconds,
    )
