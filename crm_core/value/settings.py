"""What management decides about value: margins, discount, horizon, and what each unit of service costs.

Unit costs are whole thousandths of the currency's smallest unit, because a second of talk may cost less than one of
them; what they come to in the ledger is rounded once, per row.
"""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.base import Base
from ctiserver.core.errors import ConfigError, Mistake, NotFound

UNIT_COSTS = {
    "contact": 0,
    "talk_seconds": 1_700,
    "wrap_up_seconds": 1_700,
    "toll_free_seconds": 400,
    "line_seconds": 600,
    "visit": 18_000_000,
}
"""Kind: thousandths of a peso per unit; an agent at 6 000 pesos an hour, a line that calls out, a visit of 18 000."""

LIMITS = {
    "purchase_margin_percent": (0, 100),
    "yearly_discount_percent": (1, 100),
    "horizon_months": (3, 120),
    "nightly_hour": (0, 23),
}


class ValueSettings(Base):
    """One row per account that has changed them; without it the defaults hold."""

    __tablename__ = "value_settings"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(default="CLP")
    """Money in another currency is not counted."""
    purchase_margin_percent: Mapped[int] = mapped_column(default=30)
    """What is left of an order's amount; a contract knows its own cost."""
    yearly_discount_percent: Mapped[int] = mapped_column(default=10)
    horizon_months: Mapped[int] = mapped_column(default=36)
    unit_costs: Mapped[dict[str, Any]] = mapped_column(default=lambda: dict(UNIT_COSTS))
    toll_free_numbers: Mapped[list[Any]] = mapped_column(default=list)
    """Numbers that customers dial at our cost."""
    nightly_hour: Mapped[int] = mapped_column(default=2)
    """When values are computed, in the account's time zone."""
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}


def settings(session: Session, account_id: int) -> ValueSettings:
    """The account's settings; unsaved defaults while nobody has changed them."""
    return session.get(ValueSettings, account_id) or ValueSettings(
        account_id=account_id,
        currency="CLP",
        purchase_margin_percent=30,
        yearly_discount_percent=10,
        horizon_months=36,
        unit_costs=dict(UNIT_COSTS),
        toll_free_numbers=[],
        nightly_hour=2,
        version=0,
    )


def change_settings(
    session: Session, account_id: int, changes: dict[str, Any], *, by: str, now: float
) -> ValueSettings:
    """The settings from now on; entries of the ledger keep the cost that they were made with.

    Raises ConfigError with every mistake, NotFound for a field that is none.
    """
    fields = {column.name for column in ValueSettings.__table__.columns} - {"account_id", "version"}
    if unknown := sorted(changes.keys() - fields):
        raise NotFound(f"there is no setting {unknown[0]}")
    if mistakes := _mistakes(changes):
        raise ConfigError(mistakes)
    found = session.get(ValueSettings, account_id)
    if found is None:
        found = ValueSettings(account_id=account_id)
        session.add(found)
        session.flush()
    before = {name: getattr(found, name) for name in changes}
    for name, value in changes.items():
        setattr(found, name, value)
    session.flush()
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="change",
        subject="value_settings",
        before=before,
        after=changes,
    )
    return found


def _mistakes(changes: dict[str, Any]) -> list[Mistake]:
    found = [
        Mistake(name, f"write a whole number from {low} to {high}")
        for name, (low, high) in LIMITS.items()
        if name in changes and not low <= changes[name] <= high
    ]
    costs = changes.get("unit_costs", {})
    for kind, cost in costs.items():
        if not isinstance(cost, int) or not 0 <= cost <= 10**12:
            found.append(
                Mistake(f"unit_costs.{kind}", "write whole thousandths of the smallest coin, 0 or more")
            )
    return found
