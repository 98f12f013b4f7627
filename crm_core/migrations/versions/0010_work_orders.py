"""Work orders: technicians, orders, closings, parts and their movements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_parts_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_parts"),
        sa.UniqueConstraint("account_id", "code", name="uq_parts_account_id_code"),
        sa.UniqueConstraint("account_id", "key", name="uq_parts_account_id_key")
    )
    op.create_table(
        "technician_calls",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("used", _JSON, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_technician_calls_account_id_accounts"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_technician_calls_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_technician_calls")
    )
    op.create_table(
        "technicians",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("phone_e164", sa.Text(), nullable=True),
        sa.Column("areas", _JSON, nullable=False),
        sa.Column("skills", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_technicians_account_id_accounts"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_technicians_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_technicians"),
        sa.UniqueConstraint("account_id", "code", name="uq_technicians_account_id_code")
    )
    op.create_index("ix_technicians_account_id_phone_e164", "technicians", ["account_id", "phone_e164"])
    op.create_table(
        "work_orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("due_from_at", sa.Double(), nullable=True),
        sa.Column("due_until_at", sa.Double(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("warranty_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("technician", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("assigned_at", sa.Double(), nullable=True),
        sa.Column("set_out_at", sa.Double(), nullable=True),
        sa.Column("arrived_at", sa.Double(), nullable=True),
        sa.Column("reopened_at", sa.Double(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("verified_at", sa.Double(), nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("closings", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('installation', 'repair', 'maintenance', 'inspection', 'reading', 'disconnection', 'reconnection', 'leak')", name="ck_work_orders_kind"),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="ck_work_orders_priority"),
        sa.CheckConstraint("state IN ('created', 'assigned', 'on_the_way', 'on_site', 'closed', 'verified', 'reopened')", name="ck_work_orders_state"),
        sa.ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"], name="fk_work_orders_account_id_case_id_cases"),
        sa.ForeignKeyConstraint(["account_id", "parent_id"], ["work_orders.account_id", "work_orders.id"], name="fk_work_orders_account_id_parent_id_work_orders"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_work_orders_account_id_accounts"),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name="fk_work_orders_contract_id_contracts", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_work_orders_customer_id_customers", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["warranty_id"], ["warranties.id"], name="fk_work_orders_warranty_id_warranties", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_work_orders"),
        sa.UniqueConstraint("account_id", "id", name="uq_work_orders_account_id_id")
    )
    op.create_index("ix_work_orders_account_id_case_id", "work_orders", ["account_id", "case_id"])
    op.create_index("ix_work_orders_account_id_customer_id_created_at", "work_orders", ["account_id", "customer_id", "created_at"])
    op.create_index("ix_work_orders_account_id_is_open_due_until_at_id", "work_orders", ["account_id", "is_open", "due_until_at", "id"])
    op.create_index("ix_work_orders_account_id_parent_id", "work_orders", ["account_id", "parent_id"])
    op.create_index("ix_work_orders_account_id_technician_is_open", "work_orders", ["account_id", "technician", "is_open"])
    op.create_index("ix_work_orders_customer_id", "work_orders", ["customer_id"])
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("why IN ('received', 'counted', 'moved', 'used', 'given_back')", name="ck_stock_movements_why"),
        sa.CheckConstraint("quantity <> 0", name="ck_stock_movements_quantity"),
        sa.ForeignKeyConstraint(["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], name="fk_stock_movements_account_id_order_id_work_orders", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_stock_movements_account_id_accounts"),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name="fk_stock_movements_part_id_parts"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_movements"),
        sa.UniqueConstraint("account_id", "key", name="uq_stock_movements_account_id_key")
    )
    op.create_index("ix_stock_movements_account_id_order_id", "stock_movements", ["account_id", "order_id"])
    op.create_index("ix_stock_movements_account_id_place_part_id", "stock_movements", ["account_id", "place", "part_id"])
    op.create_index("ix_stock_movements_part_id", "stock_movements", ["part_id"])
    op.create_table(
        "work_order_closings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("arrived_at", sa.Double(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("technician", sa.Text(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("flags", _JSON, nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.Column("reopened_at", sa.Double(), nullable=True),
        sa.Column("survey", sa.Text(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.CheckConstraint("code IN ('done', 'follow_up', 'customer_absent', 'access_refused', 'needs_part', 'unsafe', 'cancelled')", name="ck_work_order_closings_code"),
        sa.CheckConstraint("way IN ('page', 'phone', 'rest', 'itself')", name="ck_work_order_closings_way"),
        sa.ForeignKeyConstraint(["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], name="fk_work_order_closings_account_id_order_id_work_orders", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_work_order_closings_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_work_order_closings"),
        sa.UniqueConstraint("order_id", "key", name="uq_work_order_closings_order_id_key"),
        sa.UniqueConstraint("order_id", "ordinal", name="uq_work_order_closings_order_id_ordinal")
    )
    op.create_index("ix_work_order_closings_account_id_at", "work_order_closings", ["account_id", "at"])
    op.create_index("ix_work_order_closings_account_id_contact_id", "work_order_closings", ["account_id", "contact_id"])
    op.create_index("ix_work_order_closings_account_id_technician_at", "work_order_closings", ["account_id", "technician", "at"])
    op.create_table(
        "work_order_files",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], name="fk_work_order_files_account_id_order_id_work_orders", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_work_order_files_account_id_accounts"),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name="fk_work_order_files_attachment_id_attachments", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("order_id", "attachment_id", name="pk_work_order_files")
    )
    op.create_index("ix_work_order_files_attachment_id", "work_order_files", ["attachment_id"])
    op.create_table(
        "work_order_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("details", _JSON, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("way IN ('page', 'phone', 'rest', 'itself')", name="ck_work_order_history_way"),
        sa.ForeignKeyConstraint(["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], name="fk_work_order_history_account_id_order_id_work_orders", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_work_order_history_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_work_order_history")
    )
    op.create_index("ix_work_order_history_account_id_order_id_id", "work_order_history", ["account_id", "order_id", "id"])
