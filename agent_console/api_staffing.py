"""Staffing: how many agents a queue needs on a day, the forecast and the shifts that somebody plans with.

The formulas are the engines', asked of the jobs process; tables come in as CSV, and replace what they name.
"""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import forecast_intervals, shift_import, shift_plans
from crm_core.accounts import account
from crm_core.queues import queue
from crm_core.shift_plans import DayPlan, Week

Minutes = Literal["15", "30", "60"]


class StaffingOf(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A queue on a local day like 2026-11-23; the share that is to be answered within so many seconds."""

    queue: str
    day: str
    minutes: Minutes = "30"
    service_level: Annotated[float, msgspec.Meta(gt=0.0, lt=1.0)] = 0.8
    within_seconds: Annotated[float, msgspec.Meta(ge=0.0, le=3600.0)] = 20.0


class StaffingInterval(msgspec.Struct, kw_only=True):
    """One interval of so many `seconds`: those that were asked for, or of the imported forecast. `agents`: Erlang A,
    `agents_patient`: Erlang C; None: no number is enough. `planned`: how many the shifts bring, on average.
    """

    from_at: float
    seconds: float
    calls: float
    handle_seconds: float
    agents: int | None
    agents_patient: int | None
    planned: float = 0.0


class ForecastErrorSeen(msgspec.Struct, kw_only=True):
    """What the forecast was off in the past, in calls an interval; `share` of all calls."""

    mean_absolute: float
    bias: float
    share: float
    intervals: int


class StaffingAnswer(msgspec.Struct, kw_only=True):
    """`source`: imported or history, over `weeks`; `error` None: nothing to compare with."""

    source: str
    weeks: int
    error: ForecastErrorSeen | None
    patience_seconds: float | None
    time_zone: str
    needed: list[StaffingInterval]


class ForecastTable(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """CSV with the columns day, from, calls, handle_seconds."""

    text: str
    minutes: Minutes = "30"


class ShiftTable(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """CSV with the columns agent, day, from, until, kind (work or break)."""

    text: str


class ShiftsOf(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The week that holds this local day, like 2026-11-23."""

    day: str


class ShiftPlans(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Days of agents, each in the place of what he had on it."""

    plans: list[DayPlan]


class RowsTaken(msgspec.Struct, kw_only=True):
    """How many rows were taken in."""

    rows: int


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/reports/staffing", Permission.READ_INTERACTIONS, "How many agents a queue needs on a day")
    def staffing(call: Call, query: StaffingOf) -> StaffingAnswer:
        return staffing_of(call, query)

    @add("POST", "/queues/{key}/forecast", Permission.COMMAND_AGENTS, "Take in how many calls are expected")
    def import_forecast(call: Call, key: str, body: ForecastTable) -> RowsTaken:
        store, who = call.services.store, call.principal.account_id
        zone = store.read(queue, who, key).time_zone or store.read(account, who).time_zone
        rows = call.write(
            forecast_intervals.import_forecast,
            key,
            body.text,
            minutes=int(body.minutes),
            zone=ZoneInfo(zone),
        )
        return RowsTaken(rows=rows)

    @add("POST", "/shifts", Permission.COMMAND_AGENTS, "Take in when agents are to work")
    def import_shifts(call: Call, body: ShiftTable) -> RowsTaken:
        zone = call.services.store.read(account, call.principal.account_id).time_zone
        return RowsTaken(rows=call.write(shift_import.import_shifts, body.text, zone=ZoneInfo(zone)))

    @add("GET", "/shifts", Permission.COMMAND_AGENTS, "When agents are to work in a week")
    def shifts_of_week(call: Call, query: ShiftsOf) -> Week:
        return call.services.store.read(shift_plans.week, call.principal.account_id, query.day)

    @add(
        "POST", "/shifts/plans", Permission.COMMAND_AGENTS, "Plan days of agents; refused where they overlap"
    )
    def plan_shifts(call: Call, body: ShiftPlans) -> RowsTaken:
        return RowsTaken(rows=call.write(shift_plans.keep, body.plans))

    @add("GET", "/me/shifts", Permission.OWN_DESK, "When I am to work in a week")
    def my_shifts(call: Call, query: ShiftsOf) -> Week:
        who = call.principal
        return call.services.store.read(shift_plans.week, who.account_id, query.day, agent=who.login)


def staffing_of(call: Call, query: StaffingOf) -> StaffingAnswer:
    """What the jobs process works out, with the agents that are planned. Raises Refusal."""
    asked = msgspec.structs.asdict(query) | {
        "account_id": call.principal.account_id,
        "minutes": int(query.minutes),
        "now": call.services.now(),
    }
    told = call.services.engines.ask_job("staffing", msgspec.json.encode(asked))
    return _with_shifts(call, query, msgspec.json.decode(told, type=StaffingAnswer))


def _with_shifts(call: Call, query: StaffingOf, answer: StaffingAnswer) -> StaffingAnswer:
    spans = [(one.from_at, one.from_at + one.seconds) for one in answer.needed]
    planned = call.services.store.read(shift_plans.at_work, call.principal.account_id, query.queue, spans)
    for one, agents in zip(answer.needed, planned, strict=True):
        one.planned = agents
    return answer
