"""A supervisor lifts a limit of calls outside that has tripped, for the rest of the day.

A limit is there because a stolen telephone dials all night, so lifting it takes it away from nobody: what was spent
till then counts no more, and after once more the same amount it trips again, to be looked at again. Nor is it lifted
before it has tripped, or a stock of lifts would be a higher limit that nobody set. Nobody lifts his own: whoever has
stolen a supervisor's log-in is still held by his limit until somebody else looks.
"""

from acd.floor import Floor
from acd.oversight import why
from ctiserver.core.errors import Refusal
from ctiserver.core.events import OutsideCapLifted
from ctiserver.core.requests import LiftOutsideCap
from ctiserver.core.turn import Turn


def lift(floor: Floor, request: LiftOutsideCap, turn: Turn) -> None:
    """Let him, or the account (`agent` None), spend once more what a day allows. Raises Refusal."""
    agent, account_id, reason = request.agent, request.account_id, why(request.reason)
    person = None if agent is None else floor.roster.get(agent)
    if agent is not None and (person is None or person.account_id != account_id):
        raise Refusal("unknown_agent", f"there is no agent {agent!r}")
    if agent is not None and agent == request.by:
        raise Refusal("outside_cap_own", "nobody lifts his own limit: ask somebody else who may lift limits")
    rules, book = floor.ledger.tables.outside, floor.ledger.outside
    limits = rules.limits_of(account_id)
    limit = limits.person_per_day_minor if agent else limits.account_per_day_minor
    spent = book.spent(account_id, agent, turn.at, rules.time_zone)
    if limit <= 0:
        raise Refusal("outside_cap_zero", "the limit is nothing a day: raise it in the account's form")
    if (spent.person_minor if agent else spent.account_minor) < limit:
        raise Refusal("outside_cap_holds", "this limit has not tripped: there is nothing to lift")
    turn.say(
        OutsideCapLifted(
            at=turn.at,
            id=turn.new_id(),
            account_id=account_id,
            agent=agent,
            by=request.by,
            reason=reason,
            spent_minor=book.lift(account_id, agent, turn.at, rules.time_zone),
            limit_minor=limit,
        )
    )
