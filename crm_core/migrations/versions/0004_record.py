"""The record of a customer: facts, contact points, relationships, what he has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "custom_fields",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label_es", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("choices", _JSON, nullable=False),
        sa.Column("searchable", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "type IN ('text', 'number', 'date', 'choice', 'yes_no')", name="ck_custom_fields_type"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_custom_fields_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_custom_fields"),
        sa.UniqueConstraint("account_id", "key", name="uq_custom_fields_account_id_key"),
    )
    op.create_table(
        "products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_products_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
        sa.UniqueConstraint("account_id", "key", name="uq_products_account_id_key"),
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("preferred", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("valid_from", sa.Double(), nullable=True),
        sa.Column("valid_until", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_addresses_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
    )
    op.create_index(
        "ix_addresses_account_id_customer_id", "addresses", ["account_id", "customer_id"], unique=False
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_attachments_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index(
        "ix_attachments_account_id_customer_id_known_at",
        "attachments",
        ["account_id", "customer_id", "known_at"],
        unique=False,
    )
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"], unique=False)
    op.create_table(
        "contracts",
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("period_months", sa.Integer(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_contracts_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_contracts_product_id_products"),
        sa.PrimaryKeyConstraint("id", name="pk_contracts"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_contracts_account_id_external_id"),
    )
    op.create_index("ix_contracts_account_id_number", "contracts", ["account_id", "number"], unique=False)
    op.create_index(
        "ix_contracts_of_customer", "contracts", ["account_id", "customer_id", "dated_at"], unique=False
    )
    op.create_table(
        "customer_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_customer_notes_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_customer_notes"),
    )
    op.create_index(
        "ix_customer_notes_account_id_customer_id_at",
        "customer_notes",
        ["account_id", "customer_id", "at"],
        unique=False,
    )
    op.create_table(
        "customer_tags",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_customer_tags_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "tag", name="pk_customer_tags"),
    )
    op.create_index("ix_customer_tags_account_id_tag", "customer_tags", ["account_id", "tag"], unique=False)
    op.create_table(
        "emails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("preferred", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("valid_from", sa.Double(), nullable=True),
        sa.Column("valid_until", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_emails_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_emails"),
        sa.UniqueConstraint(
            "account_id", "customer_id", "address", name="uq_emails_account_id_customer_id_address"
        ),
    )
    op.create_index("ix_emails_account_id_address", "emails", ["account_id", "address"], unique=False)
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("learned", sa.Boolean(), nullable=False),
        sa.Column("superseded_at", sa.Double(), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_facts_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_facts"),
    )
    op.create_index(
        "ix_facts_account_id_customer_id_field_at",
        "facts",
        ["account_id", "customer_id", "field", "at"],
        unique=False,
    )
    op.create_index(
        "ix_facts_learned",
        "facts",
        ["account_id", "contact_id"],
        unique=False,
        sqlite_where=sa.text("learned AND contact_id IS NOT NULL"),
        postgresql_where=sa.text("learned AND contact_id IS NOT NULL"),
    )
    op.create_table(
        "lifecycle_stages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_lifecycle_stages_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lifecycle_stages"),
    )
    op.create_index(
        "ix_lifecycle_stages_account_id_customer_id_at",
        "lifecycle_stages",
        ["account_id", "customer_id", "at"],
        unique=False,
    )
    op.create_index(
        "ix_lifecycle_stages_stage", "lifecycle_stages", ["account_id", "stage", "at"], unique=False
    )
    op.create_table(
        "orders",
        sa.Column("lines", _JSON, nullable=False),
        sa.Column("promised_at", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_orders_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_orders_account_id_external_id"),
    )
    op.create_index("ix_orders_account_id_number", "orders", ["account_id", "number"], unique=False)
    op.create_index(
        "ix_orders_of_customer", "orders", ["account_id", "customer_id", "dated_at"], unique=False
    )
    op.create_table(
        "owned_products",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_owned_products_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name="fk_owned_products_product_id_products"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_owned_products"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_owned_products_account_id_external_id"),
    )
    op.create_index(
        "ix_owned_products_account_id_number", "owned_products", ["account_id", "number"], unique=False
    )
    op.create_index(
        "ix_owned_products_of_customer",
        "owned_products",
        ["account_id", "customer_id", "dated_at"],
        unique=False,
    )
    op.create_index("ix_owned_products_product_id", "owned_products", ["product_id"], unique=False)
    op.create_table(
        "payables",
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("paid_at", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_payables_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payables"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_payables_account_id_external_id"),
    )
    op.create_index("ix_payables_account_id_number", "payables", ["account_id", "number"], unique=False)
    op.create_index(
        "ix_payables_of_customer", "payables", ["account_id", "customer_id", "dated_at"], unique=False
    )
    op.create_table(
        "relationships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=True),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_relationships_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "other_id"],
            ["customers.account_id", "customers.id"],
            name="fk_relationships_account_id_other_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_relationships"),
        sa.UniqueConstraint(
            "account_id",
            "customer_id",
            "kind",
            "other_id",
            name="uq_relationships_account_id_customer_id_kind_other_id",
        ),
    )
    op.create_index(
        "ix_relationships_account_id_other_id", "relationships", ["account_id", "other_id"], unique=False
    )
    op.create_table(
        "deliveries",
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.Column("promised_at", sa.Double(), nullable=True),
        sa.Column("delivered_at", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_deliveries_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name="fk_deliveries_order_id_orders", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_deliveries_account_id_external_id"),
    )
    op.create_index("ix_deliveries_account_id_number", "deliveries", ["account_id", "number"], unique=False)
    op.create_index(
        "ix_deliveries_of_customer", "deliveries", ["account_id", "customer_id", "dated_at"], unique=False
    )
    op.create_index("ix_deliveries_order_id", "deliveries", ["order_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_devices_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name="fk_devices_address_id_addresses", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_devices_product_id_products"),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_devices_account_id_external_id"),
    )
    op.create_index("ix_devices_account_id_number", "devices", ["account_id", "number"], unique=False)
    op.create_index(
        "ix_devices_of_customer", "devices", ["account_id", "customer_id", "dated_at"], unique=False
    )
    op.create_table(
        "invoices",
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_invoices_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name="fk_invoices_contract_id_contracts", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_invoices_account_id_external_id"),
    )
    op.create_index("ix_invoices_account_id_number", "invoices", ["account_id", "number"], unique=False)
    op.create_index(
        "ix_invoices_of_customer", "invoices", ["account_id", "customer_id", "dated_at"], unique=False
    )
    op.create_table(
        "payments",
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_payments_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name="fk_payments_invoice_id_invoices", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_payments_account_id_external_id"),
    )
    op.create_index("ix_payments_account_id_number", "payments", ["account_id", "number"], unique=False)
    op.create_index("ix_payments_invoice_id", "payments", ["invoice_id"], unique=False)
    op.create_index(
        "ix_payments_of_customer", "payments", ["account_id", "customer_id", "dated_at"], unique=False
    )
    op.create_table(
        "warranties",
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_warranties_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name="fk_warranties_device_id_devices", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_warranties_product_id_products"),
        sa.PrimaryKeyConstraint("id", name="pk_warranties"),
        sa.UniqueConstraint("account_id", "external_id", name="uq_warranties_account_id_external_id"),
    )
    op.create_index("ix_warranties_account_id_number", "warranties", ["account_id", "number"], unique=False)
    op.create_index(
        "ix_warranties_of_customer", "warranties", ["account_id", "customer_id", "dated_at"], unique=False
    )
    op.add_column("customers", sa.Column("external_id", sa.Text(), nullable=True))
    op.add_column(
        "customers", sa.Column("is_customer", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column(
        "customers", sa.Column("is_supplier", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("customers", sa.Column("birth_date", sa.Text(), nullable=True))
    op.add_column("customers", sa.Column("form_of_address", sa.Text(), server_default="", nullable=False))
    op.add_column("customers", sa.Column("stage", sa.Text(), server_default="customer", nullable=False))
    op.add_column(
        "customers", sa.Column("preferences", _JSON, server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("customers", sa.Column("custom", _JSON, server_default=sa.text("'{}'"), nullable=False))
    op.create_index("ix_customers_stage", "customers", ["account_id", "stage"], unique=False)
    op.create_index("uq_customers_external_id", "customers", ["account_id", "external_id"], unique=True)
    op.add_column("phones", sa.Column("label", sa.Text(), server_default="", nullable=False))
    op.add_column("phones", sa.Column("preferred", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("phones", sa.Column("valid_from", sa.Double(), nullable=True))
    op.add_column("phones", sa.Column("valid_until", sa.Double(), nullable=True))
    op.add_column("phones", sa.Column("source", sa.Text(), server_default="unknown", nullable=False))
    op.add_column("phones", sa.Column("by", sa.Text(), server_default="", nullable=False))
    op.add_column("phones", sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False))
    op.add_column("phones", sa.Column("contact_id", sa.Text(), nullable=True))
