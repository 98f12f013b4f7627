"""Callbacks and announcements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("queues", _JSON, nullable=False),
        sa.Column("areas", _JSON, nullable=False),
        sa.Column("from_at", sa.Double(), nullable=True),
        sa.Column("until_at", sa.Double(), nullable=True),
        sa.Column("switched_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("switched_at", sa.Double(), nullable=True),
        sa.Column("switched_by", sa.Text(), nullable=True),
        sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_announcements_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
    )
    op.create_index("ix_announcements_account_id_switched_on", "announcements", ["account_id", "switched_on"])
    op.create_table(
        "announcement_hearings",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name="fk_announcement_hearings_announcement_id_announcements",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("announcement_id", "contact_id", name="pk_announcement_hearings"),
    )
    op.create_index("ix_announcement_hearings_contact_id", "announcement_hearings", ["contact_id"])
    op.add_column("queues", sa.Column("call_back_key", sa.Text(), nullable=True))
    op.add_column(
        "queues", sa.Column("choices_every_seconds", sa.Double(), server_default="60", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("queues", "choices_every_seconds")
    op.drop_column("queues", "call_back_key")
    op.drop_table("announcement_hearings")
    op.drop_table("announcements")
