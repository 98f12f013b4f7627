"""What an agent fills in before a wrap-up ends."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "wrap_up_fields",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label_es", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("choices", _JSON, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("required", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("type IN ('text', 'number', 'date', 'choice')", name="ck_wrap_up_fields_type"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_wrap_up_fields_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queues.id"], name="fk_wrap_up_fields_queue_id_queues", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_wrap_up_fields"),
    )
    op.create_index("uq_wrap_up_fields_account_id_key", "wrap_up_fields", ["account_id", "key"], unique=True)
    op.add_column("segments", sa.Column("form", _JSON, nullable=True))
