"""Guessed reasons of calls, and how far a guess was right; the numbers of one customer found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "guesses",
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recency", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("treatment", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("taken_at", sa.Double(), nullable=True),
        sa.Column("goal_at", sa.Double(), nullable=True),
        sa.Column("about", sa.Boolean(), nullable=True),
        sa.CheckConstraint("treatment IN ('offered', 'held_out', 'not_worth')", name="ck_guesses_treatment"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_guesses_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["interactions.id"],
            name="fk_guesses_contact_id_interactions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact_id", name="pk_guesses"),
    )
    op.create_index("ix_guesses_account_id_at", "guesses", ["account_id", "at"])
    op.create_index("ix_phones_account_id_customer_id", "phones", ["account_id", "customer_id"])
