"""What the line asks before it promises to call somebody back."""

from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.permission.asked_for import window
from crm_core.phone_numbers import normalise
from crm_core.self_service.registry import Asked, Outcome, action


@action("yes", "later", "never")
def may_call_back(session: Session, asked: Asked, *, number: str, at: str = "") -> Outcome:
    """Whether he may be called `at` (epoch seconds; "": now): `until` when on that day, and `from` when, if later."""
    country = account(session, asked.account_id).country
    known, wanted = normalise(number, country), float(at) if at else asked.now
    found = window(session, asked.account_id, known, asked.customer_id, at=wanted) if known else None
    if found is None:
        return Outcome(outcome="never")
    begins, ends = found
    values = {"until": str(ends)}
    if begins <= wanted:
        return Outcome(outcome="yes", values=values)
    return Outcome(outcome="later", values=values | {"from": str(begins)})


ACTIONS = (may_call_back,)
