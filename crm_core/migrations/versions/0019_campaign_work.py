"""What dispositions bring about, and what they brought about in each contact."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("dispositions", sa.Column("effect", sa.Text(), nullable=False, server_default=""))
    op.add_column("dispositions", sa.Column("effect_flow", sa.Text(), nullable=True))
    op.create_table(
        "disposition_effects",
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("agent", "code", "effect")),
        sa.Column("given", _JSON, nullable=False),
        sa.Column("made", _JSON, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_disposition_effects_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_disposition_effects_campaign_id_campaigns"
        ),
        sa.PrimaryKeyConstraint("contact_id", name="pk_disposition_effects"),
    )
    for columns in (("account_id", "customer_id"), ("account_id", "effect", "at"), ("campaign_id",)):
        name = f"ix_disposition_effects_{'_'.join(columns)}"
        op.create_index(name, "disposition_effects", list(columns))
