"""Campaigns: whom agents call about one thing, their leads among the dials, and how attempts went."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _campaigns()
    _loads()
    _dials()
    _attempts()


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "name", "purpose", "mode")),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("script", sa.Text(), nullable=True),
        sa.Column("hours_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.Double(), nullable=True),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("caller_number", sa.Text(), nullable=False),
        sa.Column("lines_at_once", sa.Integer(), nullable=True),
        sa.Column("lines_per_second", sa.Integer(), nullable=True),
        sa.Column("ring_seconds", sa.Double(), nullable=False),
        sa.Column("attempts_at_most", sa.Integer(), nullable=False),
        sa.Column("pause_seconds", _JSON, nullable=False),
        sa.Column("abandon_limit", sa.Double(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("tolerance_seconds", sa.Double(), nullable=False),
        sa.Column("message_flow", sa.Text(), nullable=False),
        sa.Column("preview_seconds", sa.Double(), nullable=True),
        sa.Column("detect_machines", sa.Boolean(), nullable=False),
        sa.Column("machine_flow", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", sa.Double(), nullable=False),
        sa.Column("state_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("pre_test_at", sa.Double(), nullable=True),
        sa.Column("pre_test_seed", sa.Integer(), nullable=True),
        sa.Column("pre_test_list", sa.Integer(), nullable=True),
        sa.Column("pre_test_ended_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "mode IN ('manual', 'preview', 'progressive', 'predictive')", name="ck_campaigns_mode"
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'paused', 'stopped', 'finished')", name="ck_campaigns_state"
        ),
        sa.CheckConstraint("weight > 0", name="ck_campaigns_weight"),
        sa.CheckConstraint("abandon_limit >= 0 AND abandon_limit < 1", name="ck_campaigns_abandon_limit"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_campaigns_account_id_accounts"),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name="fk_campaigns_queue_id_queues"),
        sa.ForeignKeyConstraint(["hours_id"], ["opening_hours.id"], name="fk_campaigns_hours_id_opening_hours"),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.UniqueConstraint("account_id", "key", name="uq_campaigns_account_id_key"),
        sa.UniqueConstraint("account_id", "id", name="uq_campaigns_account_id_id"),
    )
    op.create_index("ix_campaigns_queue_id", "campaigns", ["queue_id"])
    op.create_index("ix_campaigns_hours_id", "campaigns", ["hours_id"])


def _loads() -> None:
    op.create_table(
        "campaign_loads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("there", sa.Integer(), nullable=False),
        sa.Column("refused", _JSON, nullable=False),
        sa.Column("last_customer_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "campaign_id"],
            ["campaigns.account_id", "campaigns.id"],
            name="fk_campaign_loads_account_id_campaign_id_campaigns",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_loads"),
    )
    op.create_index(
        "ix_campaign_loads_account_id_campaign_id", "campaign_loads", ["account_id", "campaign_id"]
    )


def _dials() -> None:
    # SQLite makes a new column's reference only with the column.
    op.execute(
        "ALTER TABLE dials ADD COLUMN campaign_id INTEGER "
        "CONSTRAINT fk_dials_campaign_id_campaigns REFERENCES campaigns (id)"
    )
    of_dials: tuple[sa.Column[Any], ...] = (
        sa.Column("numbers", _JSON, nullable=False, server_default="[]"),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("asked_for_at", sa.Double(), nullable=True),
        sa.Column("refused_row", sa.Text(), nullable=True),
        sa.Column("passed_over", _JSON, nullable=False, server_default="{}"),
        sa.Column("in_sample", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for column in of_dials:
        op.add_column("dials", column)
    op.drop_index("ix_dials_due", "dials")
    op.create_index("ix_dials_due", "dials", ["campaign_id", "next_at", "id"], **_where("state = 'planned'"))
    columns, planned = ["campaign_id", "next_at", "id"], "state = 'planned'"
    op.create_index("ix_dials_retries", "dials", columns, **_where(f"{planned} AND attempts > 0"))
    op.create_index("ix_dials_asked_for", "dials", columns, **_where(f"{planned} AND asked_for_at IS NOT NULL"))
    op.create_index("ix_dials_campaign_id_state", "dials", ["campaign_id", "state"])


def _attempts() -> None:
    of_attempts: tuple[sa.Column[Any], ...] = (
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False, server_default=""),
        sa.Column("number_place", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("connected_at", sa.Double(), nullable=True),
        sa.Column("abandoned_at", sa.Double(), nullable=True),
        sa.Column("abandoned_by_leaving", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("message_at", sa.Double(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("detector", _JSON, nullable=True),
    )
    for column in of_attempts:
        op.add_column("dial_attempts", column)
    op.create_index("ix_dial_attempts_campaign_id_answered_at", "dial_attempts", ["campaign_id", "answered_at"])


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
