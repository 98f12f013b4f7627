"""What calls outside cost: by person and by how they ended in a period, and today against the limits of a day.

Calls that are over count, by when they were dialled. A limit trips on calls under way too, which the engine alone knows
(`acd.outside_book`): who is near one here may be over it there. Today is the engine's: that of the installation's
clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.outside_calls import OutsideCall, matching
from crm_core.permission.calendars import begin_of
from crm_core.value import settings as value_settings
from ctiserver.core.outside import REFUSED


@dataclass(slots=True, kw_only=True)
class Calls:
    """Of one person, or of all; `agent` None: nobody of ours asked for them (call-backs). `seconds`: since answers.

    `refused`: numbers that the rules or a limit did not let him call, which are no calls.
    """

    agent: str | None = None
    calls: int = 0
    answered: int = 0
    seconds: float = 0.0
    cost_minor: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What somebody has spent today, and may. `agent` "": the account. `tripped`: he calls nobody outside any more."""

    agent: str
    spent_minor: int
    limit_minor: int

    @property
    def tripped(self) -> bool:
        """Whether no call is let through any more today."""
        return self.spent_minor >= self.limit_minor


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
    for agent, result, calls, seconds, cost in session.execute(_sums(account_id, from_at, until_at)):
        person = next((one for one in found.people if one.agent == agent), None)
        if person is None:
            person = Calls(agent=agent)
            found.people.append(person)
        for one in (found.all, person):
            if result in REFUSED:
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
    """Of the account first, then of each person who spent something today, the dearest first."""
    own = account(session, account_id)
    spent: dict[str, int] = {}
    for agent, _, _, _, cost in session.execute(_sums(account_id, begin_of("day", now, zone), now + 1)):
        spent[agent or ""] = spent.get(agent or "", 0) + int(cost)
    whole = Limit(agent="", spent_minor=sum(spent.values()), limit_minor=own.outside_per_day_minor)
    each = own.outside_person_per_day_minor
    people = [
        Limit(agent=agent, spent_minor=cost, limit_minor=each)
        for agent, cost in sorted(spent.items(), key=lambda item: (-item[1], item[0]))
        if agent and cost
    ]
    return [whole, *people]


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


def _sums(account_id: int, from_at: float, until_at: float) -> Select[str | None, str, int, float, int]:
    it = OutsideCall
    sums = func.count(), func.sum(it.seconds), func.sum(it.cost_minor)
    query = select(it.agent, it.result, *sums).where(it.account_id == account_id)
    return query.where(it.dialed_at >= from_at, it.dialed_at < until_at).group_by(it.agent, it.result)
