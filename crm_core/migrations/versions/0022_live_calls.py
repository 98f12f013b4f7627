"""Transfers, consults and conferences."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("segments", sa.Column("began", sa.Text(), server_default="queue", nullable=False))
    op.add_column("segments", sa.Column("from_agent", sa.Text(), nullable=True))
    op.add_column("segments", sa.Column("transfer", sa.Text(), nullable=True))
    op.add_column("segments", sa.Column("transferred_to_kind", sa.Text(), nullable=True))
    op.add_column("segments", sa.Column("transferred_to", sa.Text(), nullable=True))
    op.add_column("segments", sa.Column("transfer_failed", sa.Text(), nullable=True))
    op.create_table(
        "third_parties",
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("called_at", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("heard_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["interactions.id"],
            name="fk_third_parties_interaction_id_interactions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interaction_id", "ordinal", name="pk_third_parties"),
    )
