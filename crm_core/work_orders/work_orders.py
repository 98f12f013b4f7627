"""The tables of work orders: the order, and each of its closings.

An order may be closed more than once, when it was reopened in between; each closing is a row of its own, with what the
customer said of it afterwards. That row is what surveys and reports are about: (order, closing) is one promise kept
or not. What happened to it stands in `order_history`, its photos and spoken notes in `order_files`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, EpochSeconds, one_of
from crm_core.customers import Customer
from crm_core.timeline_entry import entry
from crm_core.work_orders.order_flow import PRIORITIES, Closing, Kind, State, Way
from ctiserver.core.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who does something in which account, at which moment (UTC epoch seconds), by which way.

    `technician`: he does it as the one who was there, not as the office.
    """

    account_id: int
    login: str
    at: float
    way: Way = Way.PAGE
    technician: bool = False
    contact_id: str | None = None
    """The call that he does it in."""

    def by_itself(self) -> "Author":
        """For what follows from what he did without his saying so."""
        return Author(account_id=self.account_id, login=self.login, at=self.at, way=Way.ITSELF)


class WorkOrder(Base):
    """One order of one account; people and telephones call it by its `id`. `version` rises with every change."""

    __tablename__ = "work_orders"
    __table_args__ = (
        UniqueConstraint("account_id", "id"),
        ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"]),
        ForeignKeyConstraint(["account_id", "parent_id"], ["work_orders.account_id", "work_orders.id"]),
        one_of("kind", list(Kind)),
        one_of("state", list(State)),
        one_of("priority", PRIORITIES),
        Index(None, "account_id", "is_open", "due_until_at", "id"),
        Index(None, "account_id", "technician", "is_open"),
        Index(None, "account_id", "customer_id", "created_at"),
        Index(None, "account_id", "case_id"),
        Index(None, "account_id", "parent_id"),
        Index(None, "customer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    state: Mapped[str]
    is_open: Mapped[bool]
    """Whether somebody has to go there: its state is none of `order_flow.ENDED`."""
    priority: Mapped[str]
    subject: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    """Street, number, flat: what the technician reads and hears."""
    area: Mapped[str] = mapped_column(default="")
    """The comuna or district, by which technicians are chosen."""
    search_text: Mapped[str] = mapped_column(default="")
    """Subject and place without accents and case."""
    due_from_at: Mapped[EpochSeconds | None]
    """When the window that the customer was told begins; None: at any time."""
    due_until_at: Mapped[EpochSeconds]
    """When it ends; NEVER_AT: nobody waits for it."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id", ondelete="SET NULL"))
    case_id: Mapped[int | None]
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id", ondelete="SET NULL"))
    warranty_id: Mapped[int | None] = mapped_column(ForeignKey("warranties.id", ondelete="SET NULL"))
    """What it is done under, so that nobody charges for it; None: the customer pays."""
    parent_id: Mapped[int | None]
    """The order that this one follows up."""
    technician: Mapped[str | None]
    """Login of who has it; None: nobody."""

    created_at: Mapped[EpochSeconds]
    created_by: Mapped[str]
    updated_at: Mapped[EpochSeconds]
    assigned_at: Mapped[EpochSeconds | None]
    set_out_at: Mapped[EpochSeconds | None]
    arrived_at: Mapped[EpochSeconds | None]
    reopened_at: Mapped[EpochSeconds | None]
    closed_at: Mapped[EpochSeconds | None]
    verified_at: Mapped[EpochSeconds | None]
    late_at: Mapped[EpochSeconds | None]
    expired_at: Mapped[EpochSeconds | None]
    """When it was told that its window had ended, and that this was a week ago (`late_orders`)."""
    closing: Mapped[str | None]
    """The code of its last closing; None: it is open."""
    closings: Mapped[int] = mapped_column(default=0)
    """How often it was closed: the ordinal of the last closing."""
    version: Mapped[int] = mapped_column()

    customer: Mapped[Customer | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


TIMELINE = entry(
    "work_order",
    WorkOrder,
    WorkOrder.created_at,
    title=WorkOrder.subject,
    detail=WorkOrder.state,
    by=WorkOrder.technician,
)


class WorkOrderClosing(Base):
    """One closing of one order, and what came of it. `key` is the call's or the form's: it closes an order once."""

    __tablename__ = "work_order_closings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("order_id", "ordinal"),
        UniqueConstraint("order_id", "key"),
        one_of("code", list(Closing)),
        one_of("way", list(Way)),
        Index(None, "account_id", "at"),
        Index(None, "account_id", "technician", "at"),
        Index(None, "account_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    order_id: Mapped[int]
    ordinal: Mapped[int]
    """1 for the first closing of the order."""
    key: Mapped[str]
    code: Mapped[str]
    asked_at: Mapped[EpochSeconds]
    """When the order was made, or reopened."""
    arrived_at: Mapped[EpochSeconds | None]
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    technician: Mapped[str | None]
    """Login of who did the work; None: the office closed it."""
    way: Mapped[str]
    contact_id: Mapped[str | None]
    """The call that it was closed in."""
    note: Mapped[str] = mapped_column(default="")
    flags: Mapped[list[Any]] = mapped_column(default=list)
    """`order_flow.Flag`s."""
    follow_up_id: Mapped[int | None]
    """The order that was made of it."""
    reopened_at: Mapped[EpochSeconds | None]
    """When it turned out that the order was not done; None: it holds."""
    survey: Mapped[str | None]
    """The survey that the customer is asked; None: none."""
    solved: Mapped[bool | None]
    """Whether it is, in the customer's word; None: he has not said."""
    grade: Mapped[int | None]
    """From 1 to 7, in the customer's word."""
    comment: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[EpochSeconds | None]


def work_order(session: Session, account_id: int, order_id: int, *, lock: bool = False) -> WorkOrder:
    """The order. With `lock` a second who changes it waits for our commit.

    Raises NotFound, also for another account's.
    """
    query = select(WorkOrder).where(WorkOrder.account_id == account_id, WorkOrder.id == order_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(f"there is no work order {order_id}")
    return found


def closings_of(session: Session, account_id: int, order_id: int) -> Sequence[WorkOrderClosing]:
    """All closings of an order, the first first."""
    query = select(WorkOrderClosing).where(
        WorkOrderClosing.account_id == account_id, WorkOrderClosing.order_id == order_id
    )
    return session.scalars(query.order_by(WorkOrderClosing.ordinal)).all()


def closing_row(session: Session, account_id: int, order_id: int, ordinal: int) -> WorkOrderClosing:
    """One closing. Raises NotFound."""
    found = session.scalar(
        select(WorkOrderClosing).where(
            WorkOrderClosing.account_id == account_id,
            WorkOrderClosing.order_id == order_id,
            WorkOrderClosing.ordinal == ordinal,
        )
    )
    if found is None:
        raise NotFound(f"work order {order_id} has no closing {ordinal}")
    return found
