"""Call-backs of leads: the customer said when, so he is called then, by whom he spoke with or by anyone.

A promise is kept though the lead was over: it is planned again, with its attempts counted anew. While the call goes on
the hour is only written down, and `dial_record` plans him when it ends. A finished campaign runs again for it; of a
stopped one, or one that is over by then, the contact goes to the general list of call-backs instead.
"""

from sqlalchemy.orm import Session

from crm_core.base import NEVER_AT
from crm_core.campaigns.campaign import Campaign
from crm_core.dials import IN_FLIGHT, Dial, dial
from ctiserver.core.errors import NotFound, Refusal


def promise(
    session: Session, account_id: int, dial_id: int, *, at: float, agent: str | None, by: str, now: float
) -> Dial:
    """The lead, to be called at that time by this agent alone, or by anyone (None). Raises NotFound, Refusal."""
    row = dial(session, account_id, dial_id)
    of = session.get(Campaign, row.campaign_id) if row.campaign_id is not None else None
    if of is None:
        raise NotFound(f"dial {dial_id} is no lead of a campaign")
    if at <= now:
        raise Refusal("call_back_in_past", "choose a time for the call-back that is still to come")
    if not _calls_at(of, at):
        raise Refusal(
            "campaign_over", "the campaign calls nobody at that time any more: choose an earlier one"
        )
    if row.cancelled_because is not None:
        raise Refusal("lead_cancelled", "this customer was taken off the campaign: he is not called again")
    row.asked_for_at, row.agent = at, agent
    if row.state not in IN_FLIGHT:
        row.state, row.next_at, row.ended_at, row.attempts = "planned", at, None, 0
        row.refused_rule = row.refused_until = row.refused_row = None
    if of.state == "finished":
        of.state, of.state_at, of.state_by = "running", now, by
    return row


def promised_in_contact(
    session: Session, account_id: int, dial_id: int | None, *, at: float, agent: str, now: float
) -> bool:
    """Whether the contact was with a lead whom the agent will call then; else somebody has to do it by hand."""
    row = session.get(Dial, dial_id) if dial_id is not None else None
    if row is None or row.account_id != account_id:
        return False
    try:
        promise(session, account_id, row.id, at=at, agent=agent, by=agent, now=now)
    except (NotFound, Refusal):
        return False
    return True


def _calls_at(of: Campaign, at: float) -> bool:
    return of.state != "stopped" and at < (NEVER_AT if of.ends_at is None else of.ends_at)
