"""Scripts: what agents read, in versions, and what customers answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _versions()
    op.create_table(
        "script_runs",
        sa.Column("contact_id", sa.Text(), nullable=False),
        *_whose("script_runs"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("trail", _JSON, nullable=False),
        sa.Column("begun_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name="pk_script_runs"),
    )
    op.create_index("ix_script_runs_account_id_customer_id", "script_runs", ["account_id", "customer_id"])
    op.create_table(
        "script_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        *_whose("script_answers"),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("contact_id", "page", "question", "kind", "answer", "asked", "said", "by")
        ),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_script_answers"),
        sa.UniqueConstraint(
            "account_id", "contact_id", "question", name="uq_script_answers_account_id_contact_id_question"
        ),
    )
    op.create_index(
        "ix_script_answers_account_id_customer_id_at", "script_answers", ["account_id", "customer_id", "at"]
    )
    for table in ("script_runs", "script_answers"):
        for column in ("campaign_id", "version_id"):
            op.create_index(f"ix_{table}_{column}", table, [column])


def _versions() -> None:
    op.create_table(
        "script_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("text", "note", "made_by")),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_script_versions_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_script_versions"),
        sa.UniqueConstraint(
            "account_id", "name", "number", name="uq_script_versions_account_id_name_number"
        ),
    )
    op.create_table(
        "scripts_in_force",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_scripts_in_force_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["script_versions.id"], name="fk_scripts_in_force_version_id_script_versions"
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_scripts_in_force"),
    )
    op.create_index("ix_scripts_in_force_version_id", "scripts_in_force", ["version_id"])


def _whose(table: str) -> tuple[Any, ...]:
    """The columns of what a customer said to which script in which campaign."""
    return (
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name=f"fk_{table}_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=f"fk_{table}_campaign_id_campaigns"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["script_versions.id"], name=f"fk_{table}_version_id_script_versions"
        ),
    )
