"""Offices, outages by area, and where addresses are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("addresses", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("addresses", sa.Column("longitude", sa.Double(), nullable=True))
    op.create_table(
        "offices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("hours_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_offices_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["hours_id"], ["opening_hours.id"], name="fk_offices_hours_id_opening_hours"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_offices"),
        sa.UniqueConstraint("account_id", "key", name="uq_offices_account_id_key"),
    )
    op.create_index("ix_offices_hours_id", "offices", ["hours_id"])
    op.create_table(
        "outages",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("areas", _JSON, nullable=False),
        sa.Column("expected_at", sa.Double(), nullable=True),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "case_id"],
            ["cases.account_id", "cases.id"],
            name="fk_outages_account_id_case_id_cases",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", name="pk_outages"),
    )
    op.create_index("ix_outages_account_id_announced", "outages", ["account_id", "announced"])
    op.create_table(
        "outage_hearings",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "case_id"],
            ["cases.account_id", "cases.id"],
            name="fk_outage_hearings_account_id_case_id_cases",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "contact_id", name="pk_outage_hearings"),
    )
    op.create_index("ix_outage_hearings_contact_id", "outage_hearings", ["contact_id"])


def downgrade() -> None:
    op.drop_table("outage_hearings")
    op.drop_table("outages")
    op.drop_table("offices")
    op.drop_column("addresses", "longitude")
    op.drop_column("addresses", "latitude")
