"""How long and how many may wait, what they are told of it, and announcements that are uploaded."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("queues", sa.Column("message_key", sa.Text(), nullable=True))
    op.add_column("queues", sa.Column("tells", sa.Text(), nullable=False, server_default="place"))
    op.add_column("queues", sa.Column("most_waiting", sa.Integer(), nullable=True))
    op.add_column("queues", sa.Column("longest_wait_seconds", sa.Double(), nullable=True))
    op.add_column("queues", sa.Column("overflow_queue", sa.Text(), nullable=True))
    for name in ("full_offers_call_back", "full_offers_message"):
        op.add_column("queues", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("queue_visits", sa.Column("told_from_at", sa.Double(), nullable=True))
    op.add_column("queue_visits", sa.Column("told_until_at", sa.Double(), nullable=True))
