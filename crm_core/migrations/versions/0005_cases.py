"""Cases, teams, activities, what was asked, webhooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "case_calendars",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weekly", _JSON, nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("closed_days", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_case_calendars_account_id_accounts"),
        sa.PrimaryKeyConstraint("account_id", name="pk_case_calendars")
    )
    op.create_table(
        "case_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_case_filters_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_case_filters"),
        sa.UniqueConstraint("account_id", "owner", "name", name="uq_case_filters_account_id_owner_name")
    )
    op.create_index("ix_case_filters_account_id_name", "case_filters", ["account_id", "name"])
    op.create_table(
        "case_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("respond_seconds", sa.Double(), nullable=False),
        sa.Column("resolve_seconds", sa.Double(), nullable=False),
        sa.Column("around_the_clock", sa.Boolean(), nullable=False),
        sa.Column("escalate_to", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_case_targets_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_case_targets"),
        sa.UniqueConstraint("account_id", "kind", "priority", name="uq_case_targets_account_id_kind_priority")
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_teams_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("account_id", "key", name="uq_teams_account_id_key")
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.Double(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_webhooks_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks")
    )
    op.create_index("ix_webhooks_account_id", "webhooks", ["account_id"])
    op.create_table(
        "askings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("known_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_askings_account_id_accounts"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_askings_customer_id_customers", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_askings")
    )
    op.create_index("ix_askings_account_id_at", "askings", ["account_id", "at"])
    op.create_index("ix_askings_account_id_contact_id_fact", "askings", ["account_id", "contact_id", "fact"])
    op.create_index("ix_askings_customer_id", "askings", ["customer_id"])
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("is_outage", sa.Boolean(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("fields", _JSON, nullable=False),
        sa.Column("solution", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("responded_at", sa.Double(), nullable=True),
        sa.Column("resolved_at", sa.Double(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("resolve_seconds", sa.Double(), nullable=False),
        sa.Column("used_seconds", sa.Double(), nullable=False),
        sa.Column("clock_since", sa.Double(), nullable=True),
        sa.Column("around_the_clock", sa.Boolean(), nullable=False),
        sa.Column("respond_by_at", sa.Double(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("next_due_at", sa.Double(), nullable=False),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("escalate_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('information', 'service', 'charge', 'account', 'warranty', 'help')", name="ck_cases_kind"),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="ck_cases_priority"),
        sa.CheckConstraint("state IN ('new', 'in_progress', 'waiting_customer', 'waiting_others', 'scheduled', 'awaiting_approval', 'approved', 'inspecting', 'accepted', 'resolved', 'rejected', 'cancelled', 'closed')", name="ck_cases_state"),
        sa.ForeignKeyConstraint(["account_id", "parent_id"], ["cases.account_id", "cases.id"], name="fk_cases_account_id_parent_id_cases"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_cases_account_id_accounts"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_cases_customer_id_customers", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("account_id", "id", name="uq_cases_account_id_id")
    )
    op.create_index("ix_cases_account_id_assignee", "cases", ["account_id", "assignee"])
    op.create_index("ix_cases_account_id_contact_id", "cases", ["account_id", "contact_id"])
    op.create_index("ix_cases_account_id_customer_id_opened_at", "cases", ["account_id", "customer_id", "opened_at"])
    op.create_index("ix_cases_account_id_is_open_next_due_at_id", "cases", ["account_id", "is_open", "next_due_at", "id"])
    op.create_index("ix_cases_account_id_parent_id", "cases", ["account_id", "parent_id"])
    op.create_index("ix_cases_customer_id", "cases", ["customer_id"])
    op.create_index("ix_cases_escalate_at", "cases", ["escalate_at"])
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_team_members_account_id_accounts"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_members_team_id_teams", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_team_members_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("team_id", "user_id", name="pk_team_members")
    )
    op.create_index("ix_team_members_user_id", "team_members", ["user_id"])
    op.create_table(
        "activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.Column("remind_at", sa.Double(), nullable=True),
        sa.Column("reminded_at", sa.Double(), nullable=True),
        sa.Column("dismissed_at", sa.Double(), nullable=True),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.Column("cancelled_at", sa.Double(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('task', 'call', 'visit', 'appointment')", name="ck_activities_kind"),
        sa.ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"], name="fk_activities_account_id_case_id_cases"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_activities_account_id_accounts"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_activities_customer_id_customers", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_activities")
    )
    op.create_index("ix_activities_account_id_case_id", "activities", ["account_id", "case_id"])
    op.create_index("ix_activities_account_id_customer_id_due_at", "activities", ["account_id", "customer_id", "due_at"])
    op.create_index("ix_activities_account_id_owner_due_at", "activities", ["account_id", "owner", "due_at"])
    op.create_index("ix_activities_customer_id", "activities", ["customer_id"])
    op.create_index("ix_activities_to_remind", "activities", ["remind_at"], sqlite_where=sa.text("reminded_at IS NULL"), postgresql_where=sa.text("reminded_at IS NULL"))
    op.create_table(
        "case_contacts",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"], name="fk_case_contacts_account_id_case_id_cases", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_case_contacts_account_id_accounts"),
        sa.PrimaryKeyConstraint("case_id", "contact_id", name="pk_case_contacts")
    )
    op.create_index("ix_case_contacts_account_id_contact_id", "case_contacts", ["account_id", "contact_id"])
    op.create_table(
        "case_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("details", _JSON, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id", "case_id"], ["cases.account_id", "cases.id"], name="fk_case_history_account_id_case_id_cases", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_case_history_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_case_history")
    )
    op.create_index("ix_case_history_account_id_case_id_id", "case_history", ["account_id", "case_id", "id"])
    op.add_column("outbox", sa.Column("account_id", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("outbox", sa.Column("target", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("dead_at", sa.Double(), nullable=True))
    op.create_index("ix_outbox_account_id_kind_target", "outbox", ["account_id", "kind", "target"])
