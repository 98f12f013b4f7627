"""The figures of an agent over a span of time: what he did, and how his time went.

    AHT          = (talk + hold + after-call work) / handled contacts, of those that are over
    occupancy    = time on contacts / (time on contacts + available idle)      pauses are in neither
    time on contacts = talk, hold and after-call work, each second once, within the span
    available idle   = status available, and no contact; the ringing of an offer is idle time
    agent non-response = offers not answered / offers; who hung up while it rang is in neither
    transfer rate    = contacts transferred / handled

    adherence        = planned time in which he was what the plan says / planned time: at work he is available or on a
                       contact, in a break neither

Counts are of talks and offers that began in the span; times are cut at its ends. What an agent was before the first
change of status that is known counts as nothing. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm_core.agent_statuses import StatusSpan
from crm_core.reports.queue_figures import Offered, Talk, share
from crm_core.reports.time_spans import Span, length, merged, within, without

FEWEST_BESIDE_EACH_OTHER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """What is known of one agent. `busy`: when he talked or wrapped up, overlapping or not; `work` and
    `breaks`: what he was to do.
    """

    talks: Sequence[Talk] = ()
    offers: Sequence[Offered] = ()
    busy: Sequence[Span] = ()
    statuses: Sequence[StatusSpan] = ()
    work: Sequence[Span] = ()
    breaks: Sequence[Span] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """Shares from 0 to 1, times in seconds; None: there is nothing to divide by. `pauses`: seconds by reason."""

    handled: int
    aht_seconds: float | None
    acw_seconds: float | None
    offers: int
    not_answered: int
    non_response: float | None
    transferred: int
    transfer_rate: float | None
    on_contacts_seconds: float
    idle_seconds: float
    paused_seconds: float
    logged_in_seconds: float
    occupancy: float | None
    pauses: Mapping[str, float]
    planned_seconds: float
    adherence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSums:
    """What shares and means are made of: counts, and seconds. `over`: contacts whose work is done; `as_planned`:
    seconds in which he was what the plan says. Sums of several agents add up.
    """

    handled: int
    over: int
    after_seconds: float
    work_seconds: float
    offers: int
    not_answered: int
    transferred: int
    on_contacts_seconds: float
    idle_seconds: float
    pauses: Mapping[str, float]
    planned_seconds: float
    as_planned_seconds: float


def agent_figures(day: AgentDay, from_at: float, until_at: float) -> AgentFigures:
    """The figures of the span, `until_at` excluded."""
    return _figures([_sums(day, from_at, until_at)])


def team_figures(days: Iterable[AgentDay], from_at: float, until_at: float) -> AgentFigures:
    """The figures of several agents as one; a contact that two of them had counts for each."""
    return _figures([_sums(day, from_at, until_at) for day in days])


def _sums(day: AgentDay, from_at: float, until_at: float) -> AgentSums:
    talks = [one for one in day.talks if from_at <= one.answered_at < until_at]
    offers = [one for one in day.offers if from_at <= one.made_at < until_at]
    handled = {one.contact for one in talks}
    over = handled - {one.contact for one in talks if one.over_at is None}
    done = [one for one in talks if one.contact in over]
    after = sum(one.after_seconds for one in done)
    busy = merged(within(day.busy, from_at, until_at))
    available = _spans(day, "available", from_at, until_at)
    planned, as_planned = _adherence(day, merged([*available, *busy]), from_at, until_at)
    return AgentSums(
        handled=len(handled),
        over=len(over),
        after_seconds=after,
        work_seconds=after + sum(one.talk_seconds for one in done),
        offers=sum(one.result != "withdrawn" for one in offers),
        not_answered=sum(one.result in ("expired", "refused") for one in offers),
        transferred=len({one.contact for one in talks if one.transferred}),
        on_contacts_seconds=length(busy),
        idle_seconds=length(without(available, busy)),
        pauses=_pauses(day, busy, from_at, until_at),
        planned_seconds=planned,
        as_planned_seconds=as_planned,
    )


def _figures(sums: Sequence[AgentSums]) -> AgentFigures:
    def count(name: str) -> int:
        return sum(getattr(one, name) for one in sums)

    def seconds(name: str) -> float:
        return float(sum(getattr(one, name) for one in sums))

    handled, offers, transferred = count("handled"), count("offers"), count("transferred")
    on_contacts, idle = seconds("on_contacts_seconds"), seconds("idle_seconds")
    planned = seconds("planned_seconds")
    pauses: Counter[str] = Counter()
    for one in sums:
        pauses.update(one.pauses)
    paused, known = float(sum(pauses.values())), on_contacts + idle
    return AgentFigures(
        handled=handled,
        aht_seconds=share(seconds("work_seconds"), count("over")),
        acw_seconds=share(seconds("after_seconds"), count("over")),
        offers=offers,
        not_answered=count("not_answered"),
        non_response=share(count("not_answered"), offers),
        transferred=transferred,
        transfer_rate=share(transferred, handled),
        on_contacts_seconds=on_contacts,
        idle_seconds=idle,
        paused_seconds=paused,
        logged_in_seconds=known + paused,
        occupancy=on_contacts / known if known else None,
        pauses=dict(pauses.most_common()),
        planned_seconds=planned,
        adherence=seconds("as_planned_seconds") / planned if planned else None,
    )


def _spans(day: AgentDay, status: str, from_at: float, until_at: float) -> list[Span]:
    return within(
        [(one.from_at, one.until_at) for one in day.statuses if one.status == status], from_at, until_at
    )


def _adherence(
    day: AgentDay, at_work: Sequence[Span], from_at: float, until_at: float
) -> tuple[float, float]:
    """Seconds that were planned, and those of them in which he was what the plan says."""
    breaks = merged(within(day.breaks, from_at, until_at))
    work = without(within(day.work, from_at, until_at), breaks)
    worked = length(work) - length(without(work, at_work))
    return length(work) + length(breaks), worked + length(without(breaks, at_work))


def _pauses(day: AgentDay, busy: Sequence[Span], from_at: float, until_at: float) -> dict[str, float]:
    """Seconds by reason, the longest first; who still talks when his pause begins is on his contact."""
    seconds: Counter[str] = Counter()
    for one in day.statuses:
        if one.status == "pause":
            paused = without(within([(one.from_at, one.until_at)], from_at, until_at), busy)
            if paused:
                seconds[one.reason] += length(paused)  # type: ignore[assignment]
    return dict(seconds.most_common())
