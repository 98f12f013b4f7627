"""Computations of all values of an account: asked for, begun, done or failed. See `valuing` for the work itself."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds

ASKED, RUNNING, DONE, FAILED = "asked", "running", "done", "failed"


class ValueRun(Base):
    """One computation. `reached_customer_id`: all up to him are written."""

    __tablename__ = "value_runs"
    __table_args__ = (Index(None, "account_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_by: Mapped[str]
    """A login, or "nightly"."""
    asked_at: Mapped[EpochSeconds]
    as_of: Mapped[EpochSeconds | None]
    """The moment that the figures are of; None: not begun."""
    state: Mapped[str]
    reached_customer_id: Mapped[int] = mapped_column(default=0)
    customers: Mapped[int] = mapped_column(default=0)
    changed_class: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[EpochSeconds | None]
    models: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Parameters by model; {} for an assumption. Failed: {"error": ...}."""


def ask(session: Session, account_id: int, *, by: str, now: float) -> ValueRun:
    """A computation as soon as may be; one that waits already is the same."""
    waiting = session.scalar(
        select(ValueRun).where(ValueRun.account_id == account_id, ValueRun.state.in_((ASKED, RUNNING)))
    )
    if waiting is not None:
        return waiting
    run = ValueRun(account_id=account_id, asked_by=by, asked_at=now, state=ASKED)
    session.add(run)
    session.flush()
    return run


def next_run(session: Session, *, now: float) -> int | None:
    """The id of the run to go on with, which has begun now if it had not; None: nothing is asked for."""
    query = select(ValueRun).where(ValueRun.state.in_((ASKED, RUNNING)))
    run = session.scalars(query.order_by(ValueRun.state.desc(), ValueRun.id).limit(1)).first()
    if run is None:
        return None
    if run.as_of is None:
        run.as_of, run.state = now, RUNNING
        session.flush()
    return run.id


def fail(session: Session, run_id: int, error: str, *, now: float) -> None:
    """The run cannot be finished; the values stay as they were."""
    run = session.get_one(ValueRun, run_id)
    run.state, run.finished_at, run.models = FAILED, now, {"error": error}
    session.flush()


def last_runs(session: Session, account_id: int, limit: int = 10) -> Sequence[ValueRun]:
    """The account's latest runs, newest first."""
    query = select(ValueRun).where(ValueRun.account_id == account_id)
    return session.scalars(query.order_by(ValueRun.id.desc()).limit(limit)).all()


def last_asked_at(session: Session, account_id: int, by: str) -> float | None:
    """When they asked last; None: never."""
    query = select(ValueRun.asked_at).where(ValueRun.account_id == account_id, ValueRun.asked_by == by)
    return session.scalar(query.order_by(ValueRun.asked_at.desc()).limit(1))
