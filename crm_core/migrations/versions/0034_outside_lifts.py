"""Limits of calls outside that were lifted for the rest of a day."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "outside_lifts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("spent_minor", sa.Integer(), nullable=False),
        sa.Column("limit_minor", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outside_lifts"),
    )
    op.create_index("ix_outside_lifts_account_id_at", "outside_lifts", ["account_id", "at"])
