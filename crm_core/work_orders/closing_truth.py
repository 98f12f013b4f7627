"""What is true of a closing: the office reopens it, the customer says whether it is solved and gives a grade.

The customer's "not solved" counts more than the technician's "done": the order is reopened and a case opened in the
transaction that takes his answer down, so both are there within the minute. An answer comes once for each (order,
closing); a later one about an order that was reopened meanwhile is kept and changes nothing else. Beside his word
stands what the visits say: a second visit to the same customer for the same kind of work within `REPEAT_SECONDS`.
"""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement

from crm_core.case_work import open_case
from crm_core.cases import Case
from crm_core.work_orders import visit_survey
from crm_core.work_orders.news import tell
from crm_core.work_orders.order_flow import Event, State, after
from crm_core.work_orders.order_history import note
from crm_core.work_orders.work_orders import Author, WorkOrder, WorkOrderClosing, closing_row, work_order
from ctiserver.core.errors import ConfigError, Mistake, Refusal

REPEAT_SECONDS = 7 * 86400.0
WORST_GRADE, BEST_GRADE = 1, 7


def reopen(session: Session, author: Author, order_id: int, *, text: str = "") -> WorkOrder:
    """The order is to be done again, by whom it was, unless somebody else is chosen. Raises Refusal, NotFound."""
    found = work_order(session, author.account_id, order_id, lock=True)
    before = State(found.state)
    if found.is_open:
        raise Refusal("order_open", f"work order {order_id} is {before}: there is nothing to reopen")
    found.state, found.is_open, found.closing = after(before, Event.REOPEN), True, None
    found.set_out_at = found.arrived_at = found.closed_at = found.verified_at = None
    found.reopened_at = found.updated_at = author.at
    last = closing_row(session, author.account_id, order_id, found.closings)
    last.reopened_at = author.at
    visit_survey.cancel(session, found, last, author.at)
    entry = note(
        session, author, found, "step", text=text, event=Event.REOPEN, before=before, after=found.state
    )
    tell(session, found, entry, "work_order.reopened", ordinal=last.ordinal)
    return found


def take_answer(
    session: Session,
    author: Author,
    order_id: int,
    ordinal: int,
    *,
    solved: bool | None = None,
    grade: int | None = None,
    comment: str = "",
) -> Case | None:
    """The customer's word about one closing; the case that "not solved" opens, None when there is none to open.

    `solved`, `grade` None: not said; what is given later is added. Raises ConfigError for a grade that is none,
    Refusal for a second, different answer, NotFound.
    """
    if grade is not None and not WORST_GRADE <= grade <= BEST_GRADE:
        raise ConfigError([Mistake("grade", f"a grade is from {WORST_GRADE} to {BEST_GRADE}", "wrong_grade")])
    found, comment = work_order(session, author.account_id, order_id, lock=True), comment.strip()
    row = closing_row(session, author.account_id, order_id, ordinal)
    for said, given in ((row.solved, solved), (row.grade, grade)):
        if None not in (said, given) and said != given:
            raise Refusal("answered_already", f"the customer has said {said} of this closing before")
    news = solved is False and row.solved is None
    row.solved = row.solved if solved is None else solved
    row.grade = row.grade if grade is None else grade
    row.comment, row.answered_at = comment or row.comment, row.answered_at or author.at
    visit_survey.cancel(session, found, row, author.at, because="answered")
    note(session, author, found, "answered", text=comment, solved=solved, grade=grade, ordinal=ordinal)
    if not news or found.is_open or ordinal != found.closings:
        return None
    new = _open_case(session, author, found, comment)
    found.case_id = found.case_id or new.id
    reopen(session, author.by_itself(), order_id, text=comment)
    return new


def _open_case(session: Session, author: Author, found: WorkOrder, comment: str) -> Case:
    return open_case(
        session,
        found.account_id,
        kind="service",
        subject=found.subject,
        description=comment,
        by=author.login,
        now=author.at,
        channel="field",
        origin=f"work order {found.id}",
        priority="high",
        customer_id=found.customer_id,
        fields={"address": found.address} if found.address else {},
    )


def was_repeated() -> ColumnElement[bool]:
    """For a query over `WorkOrder` joined with `WorkOrderClosing`: whether a second visit followed.

    That is a later order for the same customer and kind of work, or the same one reopened, within REPEAT_SECONDS.
    """
    later = aliased(WorkOrder)
    again = exists(
        select(later.id).where(
            later.account_id == WorkOrder.account_id,
            later.customer_id == WorkOrder.customer_id,
            later.kind == WorkOrder.kind,
            later.id != WorkOrder.id,
            later.created_at > WorkOrderClosing.at,
            later.created_at <= WorkOrderClosing.at + REPEAT_SECONDS,
        )
    )
    reopened = WorkOrderClosing.reopened_at.is_not(None) & (
        WorkOrderClosing.reopened_at <= WorkOrderClosing.at + REPEAT_SECONDS
    )
    return again | reopened
