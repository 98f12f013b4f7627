"""How a campaign stands: the ledger of its window, and who is left."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from crm_core.campaigns.campaign import Campaign, CampaignLoad
from crm_core.campaigns.due import PLANNED, anyones
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import FINAL, IN_FLIGHT, Dial
from ctiserver.core.ids import AgentKey
from ctiserver.core.leads import Standing

_DAY_SECONDS = 86_400.0


def standing(
    session: Session, campaign_id: int, now: float, agent: AgentKey | None = None
) -> Standing | None:
    """Answers and abandons in the campaign's window, and who waits; None: there is no such campaign.

    Who is due is due for `agent`, or for anyone: other agents' own leads are not; they do wait.
    """
    found = session.get(Campaign, campaign_id)
    if found is None:
        return None
    answers, abandons, _ = ledger(session, found, now)
    planned = select(func.count()).select_from(Dial).where(PLANNED, Dial.campaign_id == campaign_id)
    of_others = Dial.asked_for_at.is_not(None) & ~anyones() & (Dial.agent != (agent or ""))
    due = session.scalars(planned.where(Dial.next_at <= now)).one()
    others_due = session.scalars(planned.where(Dial.next_at <= now, of_others)).one()
    first = select(func.min(Dial.next_at)).where(PLANNED, Dial.campaign_id == campaign_id)
    return Standing(
        answers=answers,
        abandons=abandons,
        waiting=session.scalars(planned).one(),
        due=due - others_due,
        next_due_at=session.scalar(first),
    )


def running(session: Session) -> Sequence[int]:
    """The ids of all accounts' campaigns that run."""
    return session.scalars(select(Campaign.id).where(Campaign.state == "running").order_by(Campaign.id)).all()


def finish(session: Session, campaign_id: int, *, now: float) -> bool:
    """Whether the campaign is finished now: it ran, nobody is being called, and nobody waits or its time is over.

    One that has no leads yet, or is being loaded, goes on until its time is over.
    Raises Conflict when somebody changes it at this moment.
    """
    found = session.get(Campaign, campaign_id)
    if found is None or found.state != "running":
        return False
    is_over = found.ends_at is not None and found.ends_at <= now
    if _has(session, campaign_id, IN_FLIGHT) or (not is_over and _goes_on(session, campaign_id)):
        return False
    found.state, found.state_at, found.state_by = "finished", now, "dialer"
    session.flush()
    return True


def _has(session: Session, campaign_id: int, states: Sequence[str]) -> bool:
    leads = select(Dial.id).where(Dial.campaign_id == campaign_id, Dial.state.in_(states))
    return session.scalar(leads.limit(1)) is not None


def _goes_on(session: Session, campaign_id: int) -> bool:
    loading = select(CampaignLoad.id).where(
        CampaignLoad.campaign_id == campaign_id, CampaignLoad.ended_at.is_(None)
    )
    return (
        _has(session, campaign_id, ("planned",))
        or not _has(session, campaign_id, FINAL)
        or session.scalar(loading.limit(1)) is not None
    )


def ledger(session: Session, of: Campaign, now: float) -> tuple[int, int, int]:
    """In the window: live answers, abandons, and abandons because an agent left, which are counted apart."""
    begin = now - of.window_days * _DAY_SECONDS
    live = or_(DialAttempt.answered_by.is_(None), DialAttempt.answered_by != "machine")
    abandoned = DialAttempt.abandoned_at.is_not(None)
    by_leaving = abandoned & DialAttempt.abandoned_by_leaving
    query = select(func.count(), func.count().filter(abandoned), func.count().filter(by_leaving)).where(
        DialAttempt.campaign_id == of.id, DialAttempt.answered_at > begin, live
    )
    answers, all_abandons, left = session.execute(query).one()
    return answers, all_abandons - left, left
