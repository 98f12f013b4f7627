"""What an answer brings about: a customer's word about a visit reaches the work order in the transaction that keeps it.

The dial that the call comes of names the closing. An answer that the order refuses (it said something else before, it
is gone) stays with the survey and changes nothing else: a record must never wait for it.
"""

from sqlalchemy.orm import Session

from crm_core.dials import Dial
from crm_core.interactions import Interaction
from crm_core.work_orders import visit_survey
from crm_core.work_orders.closing_truth import take_answer
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.work_orders import Author
from ctiserver.core import events as e
from ctiserver.core.errors import ConfigError, NotFound, Refusal

BY = "survey"


def tell(session: Session, contact: Interaction, event: e.SurveyAnswered) -> None:
    """Hand on whether it is solved, and the grade. Raises StoreError."""
    if contact.dial_id is None or event.measure not in ("solved", "grade"):
        return
    row = session.get(Dial, contact.dial_id)
    if row is None or row.account_id != contact.account_id or row.about_kind != visit_survey.ABOUT:
        return
    closing = visit_survey.closing_of_key(row.about_key)
    if closing is None:
        return
    author = Author(account_id=row.account_id, login=BY, at=event.at, way=Way.PHONE, contact_id=contact.id)
    try:
        with session.begin_nested():
            take_answer(
                session,
                author,
                *closing,
                solved=bool(event.value) if event.measure == "solved" else None,
                grade=event.value if event.measure == "grade" else None,
            )
    except (Refusal, ConfigError, NotFound):
        pass
