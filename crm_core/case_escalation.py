"""Cases that are late go one level up by themselves: the jobs process looks for them every half minute."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.case_work import escalate
from crm_core.cases import Case

BY = "escalation"
AT_ONCE = 100


def escalate_due(session: Session, now: float) -> int:
    """How many cases of all accounts were escalated, at most a hundred; each level once. Raises StoreError."""
    due = (
        select(Case.account_id, Case.id)
        .where(Case.is_open, Case.escalate_at <= now)
        .order_by(Case.escalate_at)
        .limit(AT_ONCE)
    )
    late = session.execute(due).all()
    for account_id, case_id in late:
        escalate(session, account_id, case_id, by=BY, now=now)
    return len(late)
