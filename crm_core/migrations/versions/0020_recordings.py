"""Recordings as things that are kept for so long and no longer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("peaks", _JSON, nullable=False),
        sa.Column("gone_at", sa.Double(), nullable=True),
        sa.CheckConstraint("state IN ('recorded', 'kept', 'expired', 'lost')", name="ck_recordings_state"),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["interactions.id"],
            name="fk_recordings_interaction_id_interactions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("name", name="pk_recordings"),
    )
    op.create_index("ix_recordings_interaction_id", "recordings", ["interaction_id"])
    op.create_index("ix_recordings_state_queue", "recordings", ["state", "queue", "recorded_at"])
    op.add_column("queues", sa.Column("keep_recordings_days", sa.Integer(), nullable=True))
    op.execute(
        "INSERT INTO recordings (name, account_id, interaction_id, segment, queue, recorded_at, seconds, state,"
        " tries, size_bytes, peaks)"
        " SELECT segments.recording, interactions.account_id, interactions.id, segments.ordinal, segments.queue,"
        " segments.answered_at, segments.recording_seconds, 'recorded', 0, 0, '[]'"
        " FROM segments JOIN interactions ON interactions.id = segments.interaction_id"
        " WHERE segments.recording IS NOT NULL AND segments.recording_seconds IS NOT NULL"
    )
