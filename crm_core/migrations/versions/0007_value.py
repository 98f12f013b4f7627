"""Value, cost to serve, segments, product offers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "customer_segments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("conditions", _JSON, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_customer_segments_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_customer_segments"),
        sa.UniqueConstraint("account_id", "name", name="uq_customer_segments_account_id_name"),
    )
    op.create_table(
        "value_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("as_of", sa.Double(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reached_customer_id", sa.Integer(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("changed_class", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("models", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_value_runs_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_value_runs"),
    )
    op.create_index(
        "ix_value_runs_account_id_asked_at", "value_runs", ["account_id", "asked_at"], unique=False
    )
    op.create_table(
        "value_settings",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("purchase_margin_percent", sa.Integer(), nullable=False),
        sa.Column("yearly_discount_percent", sa.Integer(), nullable=False),
        sa.Column("horizon_months", sa.Integer(), nullable=False),
        sa.Column("unit_costs", _JSON, nullable=False),
        sa.Column("toll_free_numbers", _JSON, nullable=False),
        sa.Column("nightly_hour", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_value_settings_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_value_settings"),
    )
    op.create_table(
        "class_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_class_changes_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_class_changes"),
    )
    op.create_index(
        "ix_class_changes_account_id_customer_id_at",
        "class_changes",
        ["account_id", "customer_id", "at"],
        unique=False,
    )
    op.create_table(
        "cost_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost_milli", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_cost_entries_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name="fk_cost_entries_customer_id_customers",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cost_entries"),
        sa.UniqueConstraint("account_id", "kind", "source", name="uq_cost_entries_account_id_kind_source"),
    )
    op.create_index(
        "ix_cost_entries_account_id_customer_id_at",
        "cost_entries",
        ["account_id", "customer_id", "at"],
        unique=False,
    )
    op.create_index("ix_cost_entries_customer_id", "cost_entries", ["customer_id"], unique=False)
    op.create_index("ix_cost_entries_source", "cost_entries", ["account_id", "source"], unique=False)
    op.create_table(
        "customer_values",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.Double(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("value_class", sa.Text(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("potential_minor", sa.BigInteger(), nullable=False),
        sa.Column("contract_part_minor", sa.BigInteger(), nullable=False),
        sa.Column("purchase_part_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_part_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_last_year_minor", sa.BigInteger(), nullable=False),
        sa.Column("life_months", sa.Double(), nullable=False),
        sa.Column("recency", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.Integer(), nullable=False),
        sa.Column("money", sa.Integer(), nullable=False),
        sa.Column("counted", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_customer_values_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "customer_id", name="pk_customer_values"),
    )
    op.create_index(
        "ix_customer_values_account_id_value_minor",
        "customer_values",
        ["account_id", "value_minor"],
        unique=False,
    )
    op.create_table(
        "hand_classes",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("value_class", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.CheckConstraint("value_class IN ('A', 'B', 'C')", name="ck_hand_classes_value_class"),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_hand_classes_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "customer_id", name="pk_hand_classes"),
    )
    op.create_index("ix_hand_classes_expires_at", "hand_classes", ["expires_at"], unique=False)
    op.create_table(
        "product_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("margin_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_es", sa.Text(), nullable=False),
        sa.Column("line_en", sa.Text(), nullable=False),
        sa.Column("from_at", sa.Double(), nullable=False),
        sa.Column("until_at", sa.Double(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_product_offers_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_product_offers_product_id_products"
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["customer_segments.id"], name="fk_product_offers_segment_id_customer_segments"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_product_offers"),
    )
    op.create_index(
        "ix_product_offers_account_id_from_at", "product_offers", ["account_id", "from_at"], unique=False
    )
    op.create_table(
        "product_offer_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("value_class", sa.Text(), nullable=False),
        sa.Column("control", sa.Boolean(), nullable=False),
        sa.Column("propensities", _JSON, nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("feeling", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.CheckConstraint("feeling BETWEEN 1 AND 5", name="ck_product_offer_decisions_feeling"),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_product_offer_decisions_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["product_offers.id"], name="fk_product_offer_decisions_offer_id_product_offers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_product_offer_decisions"),
        sa.UniqueConstraint(
            "account_id",
            "customer_id",
            "round",
            name="uq_product_offer_decisions_account_id_customer_id_round",
        ),
    )
    op.create_index(
        "ix_product_offer_decisions_offer",
        "product_offer_decisions",
        ["account_id", "offer_id", "value_class"],
        unique=False,
    )
