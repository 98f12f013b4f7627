"""The pre-test: a sample of a list is called first, and says what the whole list will bring and cost.

The sample is drawn with a seed that is kept, among those who have not been called yet. Until each of them is over the
campaign calls nobody else; then it is paused, so that somebody looks at the forecast before the rest is called. Whoever
cannot wait ends the pre-test: then there is no forecast, for those who are over first are not like the others.
"""

from collections.abc import Sequence
from random import Random

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.campaigns import sampling, spending
from crm_core.campaigns.campaign import Campaign, campaign
from crm_core.campaigns.due import is_pre_testing
from crm_core.campaigns.sampling import Estimate
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial
from ctiserver.core.errors import Refusal
from ctiserver.core.message import Frozen

SAMPLE = 200
SMALLEST = 30
"""Fewer say nothing of a mean."""


class Forecast(Frozen):
    """Of the whole list: the share who speak with an agent, how many that is, and the cost, in the smallest unit."""

    contact_rate: Estimate
    contacts: Estimate
    cost_per_lead_minor: Estimate
    cost_minor: Estimate


class PreTest(Frozen):
    """`over` of the `sample`, drawn from `leads`; the forecast is there when all are."""

    began_at: float
    ended_at: float | None
    seed: int
    leads: int
    sample: int
    over: int
    forecast: Forecast | None


def begin(
    session: Session, account_id: int, key: str, *, seed: int, by: str, now: float, sample: int = SAMPLE
) -> Campaign:
    """Draws the sample; from now on only they are called. Raises NotFound, Refusal."""
    of = campaign(session, account_id, key)
    if of.state in ("stopped", "finished"):
        raise Refusal("campaign_over", "this campaign calls nobody any more: load leads, or make a new one")
    if is_pre_testing(of):
        raise Refusal("pre_test_runs", "a pre-test of this campaign is under way: end it first")
    if sample < SMALLEST:
        raise Refusal("sample_too_small", f"draw at least {SMALLEST} leads: fewer tell nothing of the cost")
    fresh = session.scalars(
        select(Dial.id)
        .where(Dial.campaign_id == of.id, Dial.state == "planned", Dial.attempts == 0, Dial.attempt.is_(None))
        .order_by(Dial.id)
    ).all()
    if len(fresh) <= sample:
        raise Refusal(
            "list_too_short",
            f"only {len(fresh)} leads have not been called yet: call them all, or draw fewer",
        )
    _mark(session, of, Random(seed).sample(fresh, sample))
    of.pre_test_at, of.pre_test_seed, of.pre_test_list, of.pre_test_ended_at = now, seed, len(fresh), None
    _note(session, of, "begin pre-test", by, now, {"leads": len(fresh), "sample": sample, "seed": seed})
    return of


def end(session: Session, account_id: int, key: str, *, by: str, now: float) -> Campaign:
    """From now on everybody is called; no forecast, unless all of the sample are over. Raises NotFound, Refusal."""
    of = campaign(session, account_id, key)
    if not is_pre_testing(of):
        raise Refusal("no_pre_test", "no pre-test of this campaign is under way")
    of.pre_test_ended_at = now
    _note(session, of, "end pre-test", by, now, {"over": _over(session, of)})
    return of


def conclude(session: Session, campaign_id: int, *, now: float) -> bool:
    """Whether the campaign's pre-test was over just now: then it is paused until somebody has seen the forecast.

    Raises Conflict when somebody changes the campaign at this moment.
    """
    of = session.get(Campaign, campaign_id)
    if of is None or not is_pre_testing(of) or _over(session, of) < _drawn(session, of):
        return False
    of.pre_test_ended_at = now
    if of.state == "running":
        of.state, of.state_at, of.state_by = "paused", now, "pre-test"
    session.flush()
    return True


def pre_test(session: Session, account_id: int, key: str) -> PreTest | None:
    """How it stands, and its forecast; None: this campaign has had none. Raises NotFound."""
    of = campaign(session, account_id, key)
    if of.pre_test_at is None:
        return None
    drawn, over = _drawn(session, of), _over(session, of)
    return PreTest(
        began_at=of.pre_test_at,
        ended_at=of.pre_test_ended_at,
        seed=of.pre_test_seed or 0,
        leads=of.pre_test_list or 0,
        sample=drawn,
        over=over,
        forecast=_forecast(session, of, drawn) if over == drawn >= SMALLEST else None,
    )


def _forecast(session: Session, of: Campaign, drawn: int) -> Forecast:
    leads = of.pre_test_list or drawn
    sampled = DialAttempt.dial_id.in_(_sampled(of))
    spoke = select(func.count(DialAttempt.dial_id.distinct())).where(
        sampled, DialAttempt.connected_at.is_not(None)
    )
    costs = [
        one.cost_minor
        for one in spending.spent_by(session, of.account_id, sampled, DialAttempt.dial_id).values()
    ]
    contact_rate = sampling.share(session.scalars(spoke).one(), drawn, leads)
    per_lead = sampling.mean([*costs, *[0.0] * (drawn - len(costs))], leads)
    return Forecast(
        contact_rate=contact_rate,
        contacts=_times(contact_rate, leads),
        cost_per_lead_minor=per_lead,
        cost_minor=_times(per_lead, leads),
    )


def _times(one: Estimate, many: int) -> Estimate:
    return Estimate(value=one.value * many, low=one.low * many, high=one.high * many)


def _sampled(of: Campaign) -> Select[int]:
    return select(Dial.id).where(Dial.campaign_id == of.id, Dial.in_sample)


def _drawn(session: Session, of: Campaign) -> int:
    return session.scalars(select(func.count()).select_from(_sampled(of).subquery())).one()


def _over(session: Session, of: Campaign) -> int:
    query = _sampled(of).where(Dial.ended_at.is_not(None))
    return session.scalars(select(func.count()).select_from(query.subquery())).one()


def _mark(session: Session, of: Campaign, chosen: Sequence[int]) -> None:
    """Those of an earlier sample are in it no more."""
    how = {"synchronize_session": False}
    of_list = update(Dial).where(Dial.campaign_id == of.id)
    session.execute(of_list.where(Dial.in_sample).values(in_sample=False), execution_options=how)
    session.execute(of_list.where(Dial.id.in_(chosen)).values(in_sample=True), execution_options=how)


def _note(session: Session, of: Campaign, action: str, by: str, now: float, after: dict[str, int]) -> None:
    audit.note(
        session,
        account_id=of.account_id,
        at=now,
        by=by,
        action=action,
        subject=f"campaign {of.key}",
        after=after,
    )
    session.flush()
