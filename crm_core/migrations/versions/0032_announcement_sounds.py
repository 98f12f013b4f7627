"""Recordings of a company's own that its announcements say."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "announcement_sounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_announcement_sounds_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_announcement_sounds"),
    )
    op.create_index(
        "ix_announcement_sounds_account_id_key", "announcement_sounds", ["account_id", "key"], unique=True
    )
    op.add_column("announcements", sa.Column("sound", sa.Text(), nullable=True))
