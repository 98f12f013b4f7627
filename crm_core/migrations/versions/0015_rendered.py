"""Names and streets that are spoken, and where their sound is."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "spoken_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("sound", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_spoken_names_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_spoken_names"),
    )
    op.create_index(
        "ix_spoken_names_account_id_customer_id", "spoken_names", ["account_id", "customer_id"]
    )
    op.create_index("ix_spoken_names_account_id_text", "spoken_names", ["account_id", "text"])
    op.create_index("ix_spoken_names_sound", "spoken_names", ["sound"])
    op.create_index("ix_spoken_names_wanted_id", "spoken_names", ["wanted", "id"])


def downgrade() -> None:
    op.drop_table("spoken_names")
