"""Cases that are late go one level up by themselves; each level once. Whoever keeps time asks for them and does it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.case_work import escalate
from crm_core.cases import Case, case

BY = "escalation"
AT_ONCE = 100


def late(session: Session, now: float) -> Sequence[tuple[int, int]]:
    """Account and number of the cases to escalate, of all accounts, the latest first, at most a hundred."""
    due = select(Case.account_id, Case.id).where(Case.is_open, Case.escalate_at <= now)
    rows = session.execute(due.order_by(Case.escalate_at).limit(AT_ONCE))
    return [(account_id, case_id) for account_id, case_id in rows]


def escalate_late(session: Session, account_id: int, case_id: int, now: float) -> bool:
    """Whether the case was escalated: somebody may have been quicker. Raises StoreError, Refusal."""
    found = case(session, account_id, case_id, lock=True)
    if not found.is_open or found.escalate_at is None or found.escalate_at > now:
        return False
    escalate(session, account_id, case_id, by=BY, now=now)
    return True
