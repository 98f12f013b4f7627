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
