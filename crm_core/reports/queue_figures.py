"""The figures of queues over visits, talks and offers. Each visit counts in its own queue, with that queue's seconds.

    X, and the short abandon's Y        seconds of the queue
    service level            = (answered <= X + abandoned <= X) / (answered + abandoned)
    service level, answered  = answered <= X / answered
    service level, removed   = (answered, abandoned or asked to be called back) <= X / queued
    abandon rate             = abandoned / queued; those of at most Y seconds are shown apart, and are part of it
    ASA                      = mean wait in the queue of the answered
    max queued               = longest wait that is over, abandoned included
    AHT                      = (talk + hold + after-call work) / handled contacts, of those that are over
    ACW                      = after-call work / handled contacts, of those that are over
    kept promises            = answered by the longer end of the range that they were told first / answered and told
    agent non-response       = offers not answered / offers; who hung up while it rang is in neither
    transfer rate            = contacts transferred / handled

The same day is three different service levels, so all three are there. A contact that passes through two queues was
queued twice, and handled in each where an agent talked with him; queued is not handled + abandoned (call-backs,
messages, moves, who found no room, failures, who waits still, and whose end was lost). A visit counts in the interval
in which it began, a talk in that in which it was answered. Calls that we made are no visits of callers: they are in AHT
and non-response, not in waits. Pure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

import msgspec

from crm_core.reports.ivr_path import nearest_rank

LOST = "lost"
"""The result of a visit whose end was lost with the journal: nobody waits there any more, nor is known how long."""


class Visit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One contact in one queue, see `crm_core.queue_visits`. `within_seconds`, `short_seconds`: X and Y.

    `told_until_at`: the longer end of the range that he was told first, None: none was.
    """

    contact: str
    queue: str
    value_class: str
    entered_at: float
    left_at: float | None
    result: str | None
    within_seconds: float
    short_seconds: float
    told_until_at: float | None = None


class Talk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One agent's part of a contact. `over_at` None: he talks or wraps up still.

    `talk_seconds` with holds; `after_seconds`: after-call work. `passed_on_to`: the agent who alone was asked then, "":
    none was.
    """

    contact: str
    queue: str
    value_class: str
    agent: str
    answered_at: float
    over_at: float | None
    talk_seconds: float
    after_seconds: float
    transferred: bool
    passed_on_to: str = ""


class Offered(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One offer to an agent that is over; `result`: answered, expired, refused or withdrawn.

    `ended_at` None: its end was lost with the journal.
    """

    contact: str
    queue: str
    value_class: str
    agent: str
    made_at: float
    result: str
    ended_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """Shares from 0 to 1, times in seconds; None: there is nothing to divide by."""

    queued: int
    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    abandoned_short: int
    called_back: int
    left_message: int
    overflowed: int
    turned_away: int
    moved: int
    cut: int
    waiting: int
    service_level: float | None
    service_level_answered: float | None
    service_level_removed: float | None
    abandon_rate: float | None
    asa_seconds: float | None
    wait_median_seconds: float | None
    wait_p90_seconds: float | None
    longest_wait_seconds: float | None
    told: int
    kept: int
    kept_share: float | None
    handled: int
    aht_seconds: float | None
    acw_seconds: float | None
    offers: int
    not_answered: int
    non_response: float | None
    transferred: int
    transfer_rate: float | None


_RESULTS = ("answered", "abandoned", "callback", "message", "overflowed", "turned_away", "moved", "cut")


def queue_figures(visits: Sequence[Visit], talks: Sequence[Talk], offers: Sequence[Offered]) -> QueueFigures:
    """The figures of these visits, talks and offers."""
    waits = {name: _waits(visits, name) for name in _RESULTS}
    answered, abandoned, called_back = waits["answered"], waits["abandoned"], waits["callback"]
    in_time = {name: sum(wait <= one.within_seconds for one, wait in of) for name, of in waits.items()}
    in_both = in_time["answered"] + in_time["abandoned"]
    told = [one for one, _ in answered if one.told_until_at is not None]
    kept = sum((one.left_at or 0.0) <= (one.told_until_at or 0.0) for one in told)
    served = [wait for _, wait in answered]
    ended = [wait for of in waits.values() for _, wait in of]
    handled, over = _handled(talks)
    after, all_seconds = _work(talks, over)
    rung = sum(one.result != "withdrawn" for one in offers)
    unanswered = sum(one.result in ("expired", "refused") for one in offers)
    transferred = len({(one.contact, one.queue) for one in talks if one.transferred})
    return QueueFigures(
        queued=len(visits),
        answered=len(answered),
        answered_in_time=in_time["answered"],
        abandoned=len(abandoned),
        abandoned_in_time=in_time["abandoned"],
        abandoned_short=sum(wait <= one.short_seconds for one, wait in abandoned),
        called_back=len(called_back),
        left_message=len(waits["message"]),
        overflowed=len(waits["overflowed"]),
        turned_away=len(waits["turned_away"]),
        moved=len(waits["moved"]),
        cut=len(waits["cut"]),
        waiting=sum(one.left_at is None and one.result is None for one in visits),
        service_level=share(in_both, len(answered) + len(abandoned)),
        service_level_answered=share(in_time["answered"], len(answered)),
        service_level_removed=share(in_both + in_time["callback"], len(visits)),
        abandon_rate=share(len(abandoned), len(visits)),
        asa_seconds=fmean(served) if served else None,
        wait_median_seconds=median(served) if served else None,
        wait_p90_seconds=nearest_rank(served, 0.9) if served else None,
        longest_wait_seconds=max(ended, default=None),
        told=len(told),
        kept=kept,
        kept_share=share(kept, len(told)),
        handled=len(handled),
        aht_seconds=share(all_seconds, len(over)),
        acw_seconds=share(after, len(over)),
        offers=rung,
        not_answered=unanswered,
        non_response=share(unanswered, rung),
        transferred=transferred,
        transfer_rate=share(transferred, len(handled)),
    )


WAIT_LIMITS_SECONDS = (10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitBand:
    """Who waited for longer than `over_seconds` and no longer than `until_seconds`, None: however long.

    `share_until`: of all who were answered or gave up, those who waited no longer than that; None: nobody was.
    """

    over_seconds: float
    until_seconds: float | None
    answered: int
    abandoned: int
    share_until: float | None


def wait_bands(visits: Sequence[Visit]) -> list[WaitBand]:
    """How waits are distributed, the shortest first; who did not wait at all is in the first band."""
    answered, abandoned = ([wait for _, wait in _waits(visits, name)] for name in ("answered", "abandoned"))
    found, so_far = [], 0
    for over, until in pairwise((0.0, *WAIT_LIMITS_SECONDS, math.inf)):
        counts = [
            sum((over < wait or over == 0.0) and wait <= until for wait in waits)
            for waits in (answered, abandoned)
        ]
        so_far += sum(counts)
        found.append(
            WaitBand(
                over_seconds=over,
                until_seconds=None if until == math.inf else until,
                answered=counts[0],
                abandoned=counts[1],
                share_until=share(so_far, len(answered) + len(abandoned)),
            )
        )
    return found


def share(part: float, whole: int) -> float | None:
    """`part` / `whole`; None of nothing."""
    return part / whole if whole else None


def _waits(visits: Sequence[Visit], result: str) -> list[tuple[Visit, float]]:
    return [
        (one, one.left_at - one.entered_at)
        for one in visits
        if one.result == result and one.left_at is not None
    ]


Handled = set[tuple[str, str]]
"""A contact in a queue."""


def _handled(talks: Sequence[Talk]) -> tuple[Handled, Handled]:
    """All that were handled, and those of them that are over for good."""
    handled = {(one.contact, one.queue) for one in talks}
    return handled, handled - {(one.contact, one.queue) for one in talks if one.over_at is None}


def _work(talks: Sequence[Talk], over: Handled) -> tuple[float, float]:
    """After-call work, and all seconds of work, of contacts that are over."""
    done = [one for one in talks if (one.contact, one.queue) in over]
    after = sum(one.after_seconds for one in done)
    return after, after + sum(one.talk_seconds for one in done)
