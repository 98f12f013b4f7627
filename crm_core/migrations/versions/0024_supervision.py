"""Supervision of live calls: what people did with a contact, and what a queue lets its agents see and take."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("interactions", sa.Column("acts", _JSON, nullable=False, server_default="[]"))
    op.add_column("queues", sa.Column("minute_seconds", sa.Double(), nullable=False, server_default="60"))
    op.add_column(
        "queues", sa.Column("tells_supervised", sa.Boolean(), nullable=False, server_default=sa.false())
    )
