"""What a campaign has come to: how far into its list, by number, hour, weekday and agent, at what cost, until when.

Shares are the field's: the contact rate is over leads dialled, right parties over contacts, conversion over right
parties. A contact is a lead who spoke with an agent; he was the right party unless the last that an agent said of him
is a disposition for wrong persons, and a conversion if it is one of those that the campaign is for. An attempt that was
given back undialled is none. The database counts; hours are those of the account's time zone, folded from quarters of
an hour, so that a change of the clocks puts nothing into a wrong hour.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.campaigns import spending
from crm_core.campaigns.campaign import Campaign, campaign
from crm_core.campaigns.figures import Abandons, AgentCell, Cell, Penetration, Results
from crm_core.campaigns.spending import Spent
from crm_core.campaigns.standing import ledger
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import FINAL, IN_FLIGHT, Dial
from crm_core.dispositions import Disposition
from crm_core.interactions import Segment

QUARTER_SECONDS = 900
CONVERSIONS = ("promise_to_pay", "sale", "appointment")
WRONG_PERSONS = ("wrong_person",)
"""Effects of dispositions (`effect_forms`)."""
_PER_HOUR = 3600 // QUARTER_SECONDS


def results(
    session: Session,
    account_id: int,
    key: str,
    *,
    now: float,
    conversions: Collection[str] | None = None,
    wrong_persons: Collection[str] | None = None,
) -> Results:
    """All figures as of now. Raises NotFound.

    `conversions`, `wrong_persons`: codes of dispositions; None: those that bring about what a campaign is for
    (`CONVERSIONS`), those for wrong persons.
    """
    of = campaign(session, account_id, key)
    sold = _codes(session, account_id, CONVERSIONS) if conversions is None else conversions
    wrong = _codes(session, account_id, WRONG_PERSONS) if wrong_persons is None else wrong_persons
    counting = _Counting(session, of, sorted(sold), sorted(wrong))
    penetration = counting.penetration()
    quarters = counting.cells(_quarter())
    zone = ZoneInfo(account(session, account_id).time_zone)
    answers, abandons, by_leaving = ledger(session, of, now)
    costs = counting.spent(DialAttempt.campaign_id)
    return Results(
        penetration=penetration,
        results=counting.by(DialAttempt.result, DialAttempt.ended_at.is_not(None)),
        dispositions=counting.dispositions(),
        by_number=_keyed(counting.cells(DialAttempt.number_place), lambda place: str(place + 1)),
        by_hour=_folded(quarters, zone, lambda when: when.hour),
        by_weekday=_folded(quarters, zone, lambda when: when.weekday()),
        by_agent=counting.agents(),
        abandons=Abandons(answers=answers, abandons=abandons, by_leaving=by_leaving, limit=of.abandon_limit),
        spent=next(iter(costs.values()), Spent()),
        hours_left=_hours_left(penetration, len(quarters)),
    )


def _codes(session: Session, account_id: int, effects: Collection[str]) -> set[str]:
    query = select(Disposition.code).where(
        Disposition.account_id == account_id, Disposition.effect.in_(effects)
    )
    return set(session.scalars(query))


Counts = tuple[Any, int, int, int, int]


class _Counting:
    """The queries of one campaign; `last` is what an agent said last of each contact."""

    def __init__(
        self, session: Session, of: Campaign, conversions: Sequence[str], wrong_persons: Sequence[str]
    ) -> None:
        self._session, self._of = session, of
        last = select(Segment.interaction_id, func.max(Segment.ordinal).label("ordinal"))
        said = (
            last.join(DialAttempt, DialAttempt.contact == Segment.interaction_id)
            .where(DialAttempt.campaign_id == of.id, Segment.disposition.is_not(None))
            .group_by(Segment.interaction_id)
            .subquery()
        )
        self._last = (
            select(Segment.interaction_id, Segment.disposition)
            .join(
                said,
                and_(Segment.interaction_id == said.c.interaction_id, Segment.ordinal == said.c.ordinal),
            )
            .subquery()
        )
        self._converted: ColumnElement[bool] = self._last.c.disposition.in_(conversions)
        self._wrong: ColumnElement[bool] = self._last.c.disposition.in_(wrong_persons)

    def cells(self, key: Any) -> list[Counts]:
        """By key: attempts, answered, contacts, conversions."""
        counts = (
            func.count(),
            func.count(DialAttempt.answered_at),
            func.count(DialAttempt.connected_at),
            _many(self._converted),
        )
        rows = self._session.execute(self._attempts(key, *counts).group_by(key).order_by(key))
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]

    def by(self, key: Any, condition: ColumnElement[bool]) -> dict[str, int]:
        """How many attempts, the commonest first."""
        rows = self._session.execute(self._attempts(key, func.count()).where(condition).group_by(key))
        return dict(sorted(((str(one), many) for one, many in rows), key=lambda row: (-row[1], row[0])))

    def dispositions(self) -> dict[str, int]:
        """How many contacts, the commonest first."""
        return self.by(self._last.c.disposition, self._last.c.disposition.is_not(None))

    def agents(self) -> tuple[AgentCell, ...]:
        """By log-in."""
        spent = self.spent(DialAttempt.agent)
        return tuple(
            AgentCell(
                agent=agent,
                contacts=contacts,
                conversions=conversions,
                talk_seconds=(costs := spent.get(agent, Spent())).talk_seconds,
                wrap_up_seconds=costs.wrap_up_seconds,
                cost_minor=costs.cost_minor,
            )
            for agent, _, _, contacts, conversions in self.cells(DialAttempt.agent)
            if agent is not None
        )

    def spent(self, key: Any) -> dict[Any, Spent]:
        """By key, over all attempts."""
        return spending.spent_by(
            self._session, self._of.account_id, DialAttempt.campaign_id == self._of.id, key
        )

    def penetration(self) -> Penetration:
        """Each lead counts once."""
        leads: dict[str, int] = {}
        refused: dict[str, int] = {}
        states = select(Dial.state, Dial.refused_rule, func.count()).where(Dial.campaign_id == self._of.id)
        for state, rule, many in self._session.execute(states.group_by(Dial.state, Dial.refused_rule)):
            leads[state] = leads.get(state, 0) + many
            if state == "refused" and rule:
                refused[rule] = refused.get(rule, 0) + many
        right = and_(
            DialAttempt.connected_at.is_not(None), or_(self._last.c.disposition.is_(None), ~self._wrong)
        )
        dialled, answered, contacts, right_parties, converted = self._session.execute(
            self._attempts(
                func.count(DialAttempt.dial_id.distinct()),
                _leads(DialAttempt.answered_at.is_not(None)),
                _leads(DialAttempt.connected_at.is_not(None)),
                _leads(right),
                _leads(self._converted),
            )
        ).one()
        return Penetration(
            leads=sum(leads.values()),
            waiting=leads.get("planned", 0),
            under_way=sum(leads.get(state, 0) for state in IN_FLIGHT),
            over=sum(leads.get(state, 0) for state in FINAL),
            dialled=dialled,
            answered=answered,
            contacts=contacts,
            right_parties=right_parties,
            conversions=converted,
            refused=refused,
        )

    def _attempts(self, *columns: Any) -> Select[Any]:
        return (
            select(*columns)
            .select_from(DialAttempt)
            .outerjoin(self._last, self._last.c.interaction_id == DialAttempt.contact)
            .where(
                DialAttempt.campaign_id == self._of.id,
                or_(DialAttempt.result.is_(None), DialAttempt.result != "withdrawn"),
            )
        )


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _leads(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, DialAttempt.dial_id)).distinct())


def _quarter() -> Any:
    return cast(DialAttempt.claimed_at, BigInteger) // QUARTER_SECONDS


def _keyed(rows: Sequence[Counts], name: Any) -> tuple[Cell, ...]:
    return tuple(
        Cell(key=name(key), attempts=attempts, answered=answered, contacts=contacts, conversions=conversions)
        for key, attempts, answered, contacts, conversions in rows
    )


def _folded(quarters: Sequence[Counts], zone: ZoneInfo, part: Any) -> tuple[Cell, ...]:
    """Quarters of an hour by a part of their local time; those without any are left out."""
    sums: dict[int, list[int]] = {}
    for quarter, *counts in quarters:
        key = part(datetime.fromtimestamp(quarter * QUARTER_SECONDS, zone))
        sums[key] = [one + other for one, other in zip(sums.get(key, [0] * 4), counts, strict=True)]
    rows: list[Counts] = [(key, one[0], one[1], one[2], one[3]) for key, one in sorted(sums.items())]
    return _keyed(rows, str)


def _hours_left(penetration: Penetration, quarters: int) -> float | None:
    """`quarters`: of an hour in which anybody was dialled."""
    ended = penetration.over - sum(penetration.refused.values())
    if not ended or not quarters:
        return None
    return penetration.waiting / (ended * _PER_HOUR / quarters)
