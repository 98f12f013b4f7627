"""What everybody may ask for in every call: not to be called again."""

from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.permission.opting_out import opt_out
from crm_core.phone_numbers import normalise
from crm_core.self_service.registry import Asked, Outcome, action

_BY = "flow"


@action("noted", "unknown", writes=True)
def never_call_again(session: Session, asked: Asked, *, number: str = "", key: str = "9") -> Outcome:
    """Note it at once, for the number and for him who is known; `unknown`: there is neither."""
    country = account(session, asked.account_id).country
    noted = opt_out(
        session,
        asked.account_id,
        number=normalise(number, country),
        customer_id=asked.customer_id,
        contact=asked.contact,
        key=key,
        by=_BY,
        now=asked.now,
    )
    return Outcome(outcome="noted" if noted else "unknown")


ACTIONS = (never_call_again,)
