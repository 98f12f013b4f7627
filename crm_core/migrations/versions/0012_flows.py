"""What flows need of the store: secrets of callers, results of actions, names of what was collected."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "caller_secrets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Double(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.CheckConstraint("subject IN ('customer', 'technician')", name="ck_caller_secrets_subject"),
        sa.CheckConstraint("kind IN ('pin', 'code')", name="ck_caller_secrets_kind"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_caller_secrets_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_caller_secrets"),
        sa.UniqueConstraint(
            "account_id",
            "subject",
            "subject_id",
            "kind",
            name="uq_caller_secrets_account_id_subject_subject_id_kind",
        ),
    )
    op.create_table(
        "action_results",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("values", _JSON, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_action_results_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name="fk_action_results_customer_id_customers",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_action_results"),
    )
    op.create_index("ix_action_results_at", "action_results", ["at"])
    op.create_index("ix_action_results_customer_id", "action_results", ["customer_id"])
    op.add_column("interactions", sa.Column("voicemail", sa.Text(), nullable=True))
    op.add_column("interactions", sa.Column("voicemail_seconds", sa.Double(), nullable=True))
    op.add_column("interactions", sa.Column("collected_as", _JSON, nullable=False, server_default="{}"))
