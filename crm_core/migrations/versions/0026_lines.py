"""Trunks and outside dialing."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("queues", sa.Column("caller_number", sa.Text(), nullable=False, server_default=""))
    for name, usual in (
        ("outside_per_day_minor", "50000"),
        ("outside_person_per_day_minor", "10000"),
        ("outside_minor_per_minute", "40"),
    ):
        op.add_column("accounts", sa.Column(name, sa.Integer(), nullable=False, server_default=usual))
    op.create_table(
        "outside_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("minor_per_minute", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_outside_rules_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_outside_rules"),
        sa.UniqueConstraint("account_id", "prefix", "roles", name="uq_outside_rules_account_id_prefix_roles"),
    )
    op.create_table(
        "saved_numbers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_saved_numbers_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_numbers"),
        sa.UniqueConstraint("account_id", "name", name="uq_saved_numbers_account_id_name"),
    )
    op.create_table(
        "outside_calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("dialed_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("cost_minor", sa.Integer(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("sip_code", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outside_calls"),
    )
    op.create_index("ix_outside_calls_account_id_dialed_at", "outside_calls", ["account_id", "dialed_at"])
    op.create_index("ix_outside_calls_contact", "outside_calls", ["contact"])
