"""What calls outside cost: by person and by how they ended in a period, and today against the limits of a day.

Calls that are over count, by when they were dialled. A limit trips on calls under way too, which the engine alone knows
(`acd.outside_book`): who is near one here may be over it there, as what it refused him says. One that was lifted counts
from what had been spent then. Today is the engine's: that of the installation's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.outside_calls import NO_CALLS, OutsideCall, matching
from crm_core.outside_lifts import OutsideLift, lifts
from crm_core.permission.calendars import begin_of
from crm_core.value import settings as value_settings


@dataclass(slots=True, kw_only=True)
class Calls:
    """Of one person, or of all; `agent` None: nobody of ours asked for them (call-backs). `seconds`: since answers.

    `refused`: numbers that the rules, a limit or want of a permission did not let him call, which are no calls.
    """

    agent: str | None = None
    calls: int = 0
    answered: int = 0
    seconds: float = 0.0
    cost_minor: int = 0
    refused: int = 0


@dataclass(slots=True, kw_only=True)
class Limit:
    """What somebody has spent today, and may. `agent` "": the account. `tripped`: he calls nobody outside any more.

    `lifted_minor`: what had been spent when it was lifted the last time, at `lifted_at`; 0, None: it was not.
    `refused_at`: when it refused a number the last time since then, as it may for calls that are not over.
    """

    agent: str
    spent_minor: int
    limit_minor: int
    lifted_minor: int = 0
    lifted_at: float | None = None
    refused_at: float | None = None

    @property
    def tripped(self) -> bool:
        """Whether no call is let through any more today."""
        return self.spent_minor - self.lifted_minor >= self.limit_minor


@dataclass(slots=True, kw_only=True)
class OutsideReport:
    """`people`: the dearest first; `results`: how many calls ended how; `today`: the account, then who spent most.

    `currency`: whose smallest unit the amounts are in (ISO 4217).
    """

    currency: str
    all: Calls = field(default_factory=Calls)
    people: list[Calls] = field(default_factory=list)
    results: dict[str, int] = field(default_factory=dict)
    today: list[Limit] = field(default_factory=list)


def outside_report(
    session: Session, account_id: int, *, from_at: float, until_at: float, now: float, zone: ZoneInfo
) -> OutsideReport:
    """The calls dialled from `from_at` until before `until_at`, UTC epoch seconds. `zone`: the installation's."""
    currency = value_settings.settings(session, account_id).currency
    found = OutsideReport(currency=currency, today=limits_today(session, account_id, now, zone))
    for agent, result, calls, seconds, cost, _ in session.execute(_sums(account_id, from_at, until_at)):
        person = next((one for one in found.people if one.agent == agent), None)
        if person is None:
            person = Calls(agent=agent)
            found.people.append(person)
        for one in (found.all, person):
            if result in NO_CALLS:
                one.refused += calls
                continue
            one.calls += calls
            one.answered += calls if result == "answered" else 0
            one.seconds += float(seconds)
            one.cost_minor += int(cost)
        found.results[result] = found.results.get(result, 0) + calls
    found.people.sort(key=lambda one: (-one.cost_minor, -one.calls, one.agent or ""))
    return found


def limits_today(session: Session, account_id: int, now: float, zone: ZoneInfo) -> list[Limit]:
    """Of the account first, then of each person who spent something today or met his limit, the dearest first."""
    own = account(session, account_id)
    each = own.outside_person_per_day_minor
    whole = Limit(agent="", spent_minor=0, limit_minor=own.outside_per_day_minor)
    people: dict[str, Limit] = {}
    begin = begin_of("day", now, zone)
    for agent, result, _, _, cost, last_at in session.execute(_sums(account_id, begin, now + 1)):
        whole.spent_minor += int(cost)
        if result == "outside_cap_account":
            whole.refused_at = max(whole.refused_at or 0.0, last_at)
        met = result == "outside_cap_person"
        if agent and (cost or met):
            person = people.setdefault(agent, Limit(agent=agent, spent_minor=0, limit_minor=each))
            person.spent_minor += int(cost)
            person.refused_at = last_at if met else person.refused_at
    for lift in lifts(session, account_id, from_at=begin, until_at=now + 1):
        _lifted(people.get(lift.agent) if lift.agent else whole, lift)
    return [whole, *sorted(people.values(), key=lambda one: (-one.spent_minor, one.agent))]


def _lifted(limit: Limit | None, lift: OutsideLift) -> None:
    if limit is None:
        return
    limit.lifted_minor, limit.lifted_at = lift.spent_minor, lift.at
    if limit.refused_at is not None and limit.refused_at <= lift.at:
        limit.refused_at = None


def calls_of(
    session: Session,
    account_id: int,
    *,
    from_at: float,
    until_at: float,
    agent: str = "",
    result: str = "",
    limit: int = 10_000,
) -> Sequence[OutsideCall]:
    """The calls themselves, those dialled last first, as many as a table to take away holds."""
    query = matching(account_id, from_at=from_at, until_at=until_at, agent=agent, result=result)
    order = OutsideCall.dialed_at.desc(), OutsideCall.id
    return session.scalars(query.order_by(*order).limit(limit)).all()


def _sums(
    account_id: int, from_at: float, until_at: float
) -> Select[str | None, str, int, float, int, float]:
    it = OutsideCall
    sums = func.count(), func.sum(it.seconds), func.sum(it.cost_minor), func.max(it.dialed_at)
    query = select(it.agent, it.result, *sums).where(it.account_id == account_id)
    return query.where(it.dialed_at >= from_at, it.dialed_at < until_at).group_by(it.agent, it.result)
