"""Recording on demand, pauses, who spoke; wrap-up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column(
        "queues", sa.Column("record_on_demand", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "queues", sa.Column("announce_recording", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("queues", sa.Column("hold_reminder_seconds", sa.Integer(), nullable=True))
    op.add_column("queues", sa.Column("wrap_up_extensions", sa.Integer(), server_default="2", nullable=False))
    op.add_column(
        "queues", sa.Column("wrap_up_extension_seconds", sa.Double(), server_default="60", nullable=False)
    )
    op.add_column(
        "custom_fields", sa.Column("pauses_recording", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("segments", sa.Column("voices", _JSON, nullable=True))
    op.create_table(
        "recording_pauses",
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.Double(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("resumed_at", sa.Double(), nullable=True),
        sa.Column("resumed_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["interactions.id"],
            name="fk_recording_pauses_interaction_id_interactions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interaction_id", "segment", "paused_at", name="pk_recording_pauses"),
    )
