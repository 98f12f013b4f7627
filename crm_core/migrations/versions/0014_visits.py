"""Visits that customers book, move and cancel by phone, how many there can be, and orders that are late."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "visit_capacity",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("half", sa.Text(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="ck_visit_capacity_weekday"),
        sa.CheckConstraint("half IN ('morning', 'afternoon')", name="ck_visit_capacity_half"),
        sa.CheckConstraint("places >= 0", name="ck_visit_capacity_places"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_visit_capacity_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("account_id", "area", "kind", "weekday", "half", name="pk_visit_capacity"),
    )
    op.create_table(
        "visits",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("booked_in", sa.Text(), nullable=True),
        sa.Column("agreed_at", sa.Double(), nullable=True),
        sa.Column("asked_from_at", sa.Double(), nullable=True),
        sa.Column("dial_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("answered_in", sa.Text(), nullable=True),
        sa.CheckConstraint("answer IN ('confirmed', 'moved', 'cancelled', 'person')", name="ck_visits_answer"),
        sa.ForeignKeyConstraint(
            ["account_id", "order_id"],
            ["work_orders.account_id", "work_orders.id"],
            name="fk_visits_account_id_order_id_work_orders",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_visits_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["dial_id"], ["dials.id"], name="fk_visits_dial_id_dials", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("order_id", name="pk_visits"),
    )
    op.create_index("ix_visits_account_id_order_id", "visits", ["account_id", "order_id"])
    op.create_index("ix_visits_dial_id", "visits", ["dial_id"])
    for name in ("late_at", "expired_at"):
        op.add_column("work_orders", sa.Column(name, sa.Double(), nullable=True))
