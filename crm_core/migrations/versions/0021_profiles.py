"""Accumulating priority per queue: slopes and a ceiling, agents left free to others, relaxed skills."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("queues", sa.Column("slope", _JSON, nullable=True))
    op.add_column("queues", sa.Column("ceiling_seconds", sa.Double(), nullable=True))
    op.add_column("queues", sa.Column("leave_free", _JSON, nullable=True))
    op.add_column("queues", sa.Column("relaxations", _JSON, nullable=True))
    op.create_table(
        "inversions",
        sa.Column("served_id", sa.Text(), nullable=False),
        sa.Column("waited_id", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.Double(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('emergency', 'ringing', 'call_back_held', 'left_free', 'pause', 'skill', 'ceiling', 'named',"
            " 'preference', 'score', 'unjustified')",
            name="ck_inversions_cause",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_inversions_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["served_id"],
            ["interactions.id"],
            name="fk_inversions_served_id_interactions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["waited_id"],
            ["interactions.id"],
            name="fk_inversions_waited_id_interactions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("served_id", "waited_id", "chosen_at", name="pk_inversions"),
    )
    op.create_index("ix_inversions_account_id_chosen_at", "inversions", ["account_id", "chosen_at"])
    op.create_index("ix_inversions_waited_id", "inversions", ["waited_id"])
