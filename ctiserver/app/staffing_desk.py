"""Answers how many agents a queue needs on a day: a forecast, imported or from the weeks before, and Erlang's formulas.

Erlang C takes it that nobody hangs up, Erlang A that people do after the patience that was seen lately; both are told,
since the first asks for too many where people do hang up. A day that was imported is taken as it is; any other is
forecast by `acd.forecast`, whose error is told.
"""

from datetime import date

import msgspec

from acd.forecast import Day, Forecast, forecast
from acd.staffing import Demand, Target, required_agents
from crm_core.db import Store
from crm_core.permission.calendars import day_of
from crm_core.reports.arrival_rates import Rates
from crm_core.reports.call_history import intervals_in, minute_of
from crm_core.reports.staffing_facts import Expected, StaffingFacts, staffing_facts
from ctiserver.core.errors import Refusal

_SERVICE_SECONDS = 180.0


class StaffingQuestion(msgspec.Struct, kw_only=True):
    """How many agents on this day, so that `service_level` are answered within `within_seconds`?"""

    account_id: int
    queue: str
    day: str
    minutes: int
    service_level: float
    within_seconds: float
    now: float


class Needed(msgspec.Struct, kw_only=True):
    """One interval of so many `seconds`.

    `agents_patient`: Erlang C; `agents`: Erlang A, the same where nobody hung up lately.
    """

    from_at: float
    seconds: float
    calls: float
    handle_seconds: float
    agents: int | None
    agents_patient: int | None


class Error(msgspec.Struct, kw_only=True):
    """See `acd.forecast.ForecastError`."""

    mean_absolute: float
    bias: float
    share: float
    intervals: int


class Staffing(msgspec.Struct, kw_only=True):
    """The answer. `source`: imported or history; `weeks` that were averaged; `error` None: nothing to compare with."""

    source: str
    weeks: int
    error: Error | None
    patience_seconds: float | None
    time_zone: str
    needed: list[Needed]


class StaffingDesk:
    """Answers from what is stored now."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, body: bytes) -> bytes:
        """A job: the Staffing of a StaffingQuestion. Raises Refusal, NotFound."""
        asked = msgspec.json.decode(body, type=StaffingQuestion)
        day = day_of(asked.day)
        facts = self._store.read(
            staffing_facts, asked.account_id, asked.queue, day, minutes=asked.minutes, now=asked.now
        )
        return msgspec.json.encode(staffing(facts, day, asked))


def staffing(facts: StaffingFacts, day: date, asked: StaffingQuestion) -> Staffing:
    """The answer to what is known. Raises Refusal where nothing is."""
    told = None if facts.imported else _forecast(facts, day)
    expected = _expected(facts, told, asked.minutes) if told else facts.imported
    target = Target(service_level=asked.service_level, within_seconds=asked.within_seconds)
    return Staffing(
        source="history" if told else "imported",
        weeks=told.weeks if told else 0,
        error=msgspec.convert(told.error, Error, from_attributes=True) if told and told.error else None,
        patience_seconds=facts.rates.patience_seconds if facts.rates else None,
        time_zone=facts.zone.key,
        needed=[_needed(one, facts.rates, target) for one in expected],
    )


def _forecast(facts: StaffingFacts, day: date) -> Forecast:
    days = [Day(weekday=one.day.weekday(), calls=one.calls) for one in facts.history]
    told = forecast(days, day.weekday())
    if told is None:
        raise Refusal("no_history", "nobody came on such a weekday before: import a forecast")
    return told


def _expected(facts: StaffingFacts, told: Forecast, minutes: int) -> list[Expected]:
    handle = facts.rates.service_seconds if facts.rates else _SERVICE_SECONDS
    return [
        Expected(
            begins_at=at,
            seconds=60.0 * minutes,
            calls=told.calls.get(minute_of(at, facts.zone), 0.0),
            handle_seconds=handle,
        )
        for at, _ in intervals_in(facts.begins_at, facts.ends_at, minutes)
    ]


def _needed(one: Expected, rates: Rates | None, target: Target) -> Needed:
    rate, handle = one.calls / one.seconds, one.handle_seconds
    patience = rates.patience_seconds if rates else None
    patient = Demand(calls_per_second=rate, handle_seconds=handle)
    impatient = Demand(calls_per_second=rate, handle_seconds=handle, patience_seconds=patience)
    return Needed(
        from_at=one.begins_at,
        seconds=one.seconds,
        calls=one.calls,
        handle_seconds=handle,
        agents=required_agents(impatient, target) if one.calls else 0,
        agents_patient=required_agents(patient, target) if one.calls else 0,
    )
