"""Consults that are recorded, each in a file of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.add_column(
        "queues", sa.Column("record_consults", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("third_parties", sa.Column("recording", sa.Text(), nullable=True))
    op.add_column("recordings", sa.Column("consult", sa.Integer(), nullable=True))
