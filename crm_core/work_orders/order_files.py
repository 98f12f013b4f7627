"""Photos and spoken notes of a work order: attachments of the customer that belong to the order."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.attachments import Attachment
from crm_core.base import Base
from crm_core.work_orders.work_orders import WorkOrder


class WorkOrderFile(Base):
    """A photo or a spoken note of an order: one of the customer's attachments."""

    __tablename__ = "work_order_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], ondelete="CASCADE"
        ),
        Index(None, "attachment_id"),
    )

    order_id: Mapped[int] = mapped_column(primary_key=True)
    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))


def keep_file(session: Session, subject: WorkOrder, kept: Attachment) -> None:
    """The customer's file belongs to the order; a second time changes nothing."""
    if session.get(WorkOrderFile, (subject.id, kept.id)) is None:
        row = WorkOrderFile(order_id=subject.id, attachment_id=kept.id, account_id=subject.account_id)
        session.add(row)
        session.flush()


def files_of(session: Session, account_id: int, order_id: int) -> Sequence[Attachment]:
    """The order's files, the latest first."""
    query = (
        select(Attachment)
        .join(WorkOrderFile, WorkOrderFile.attachment_id == Attachment.id)
        .where(WorkOrderFile.account_id == account_id, WorkOrderFile.order_id == order_id)
    )
    return session.scalars(query.order_by(Attachment.known_at.desc(), Attachment.id.desc())).all()
