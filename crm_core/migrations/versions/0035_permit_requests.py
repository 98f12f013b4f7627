"""Permits know the request that asked for them, so that the same request again gets no second one."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("permits", sa.Column("request_id", sa.Text(), nullable=True))
