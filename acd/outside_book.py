"""Calls that people make outside, and what they cost today.

A call costs by the second from its answer on, rounded up to the currency's smallest unit; one that is under way counts
with what it has cost so far. Days are those of the installation's time zone, and begin with nothing spent. A limit
that a supervisor lifts begins with nothing spent, too: what was spent till then counts no more that day.
"""

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from ctiserver.core.ids import AgentKey, ContactId, LegId
from ctiserver.core.outside import Spent


class OutsideCall(msgspec.Struct, kw_only=True):
    """A number that rings, or somebody there who talks. `agent` None: nobody of ours asked for it."""

    account_id: int
    contact: ContactId
    agent: AgentKey | None
    pii_number: str
    minor_per_minute: int
    dialed_at: float
    answered_at: float | None = None
    trunk: str = ""

    def cost_minor(self, at: float) -> int:
        """What it has cost until `at`, UTC epoch seconds."""
        if self.answered_at is None:
            return 0
        return math.ceil((at - self.answered_at) * self.minor_per_minute / 60)


class Day(msgspec.Struct, kw_only=True):
    """What the calls of one account cost that have ended on one date; `persons`: each asker's part.

    `lifted_minor`, `persons_lifted`: what had been spent when the limit was lifted the last time.
    """

    date: str
    account_minor: int = 0
    persons: dict[AgentKey, int] = {}
    lifted_minor: int = 0
    persons_lifted: dict[AgentKey, int] = {}


class OutsideBook(msgspec.Struct, kw_only=True):
    """Calls under way, and the last day of each account."""

    calls: dict[LegId, OutsideCall] = {}
    days: dict[int, Day] = {}

    def spent(self, account_id: int, agent: AgentKey | None, at: float, time_zone: str) -> Spent:
        """What the account and the agent have spent on the day of `at`, each since its limit was lifted."""
        day, whole = self._day(account_id, at, time_zone), self.spent_in_all(account_id, agent, at, time_zone)
        lifted = day.persons_lifted.get(agent, 0) if agent else 0
        return Spent(
            account_minor=whole.account_minor - day.lifted_minor, person_minor=whole.person_minor - lifted
        )

    def spent_in_all(self, account_id: int, agent: AgentKey | None, at: float, time_zone: str) -> Spent:
        """What they have spent on the day of `at`, whatever was lifted."""
        day = self._day(account_id, at, time_zone)
        under_way = [call for call in self.calls.values() if call.account_id == account_id]
        own = day.persons.get(agent, 0) if agent else 0
        return Spent(
            account_minor=day.account_minor + sum(call.cost_minor(at) for call in under_way),
            person_minor=own + sum(call.cost_minor(at) for call in under_way if call.agent == agent),
        )

    def end(self, leg: LegId, at: float, time_zone: str) -> OutsideCall | None:
        """Takes a call that is over into its account's day; None: it was none of these."""
        call = self.calls.pop(leg, None)
        if call is None:
            return None
        cost, day = call.cost_minor(at), self._day(call.account_id, at, time_zone)
        day.account_minor += cost
        if call.agent:
            day.persons[call.agent] = day.persons.get(call.agent, 0) + cost
        self.days[call.account_id] = day
        return call

    def lift(self, account_id: int, agent: AgentKey | None, at: float, time_zone: str) -> int:
        """Lets the limit of the agent, or (None) of the account, begin anew; what was spent till now."""
        day = self._day(account_id, at, time_zone)
        spent = self.spent_in_all(account_id, agent, at, time_zone)
        if agent:
            day.persons_lifted[agent] = spent.person_minor
        else:
            day.lifted_minor = spent.account_minor
        self.days[account_id] = day
        return spent.person_minor if agent else spent.account_minor

    def _day(self, account_id: int, at: float, time_zone: str) -> Day:
        date = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(time_zone)).date().isoformat()
        day = self.days.get(account_id)
        return day if day is not None and day.date == date else Day(date=date)
