"""Figures, forecasts and shifts."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "queue_visits",
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("value_class", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_at", sa.Double(), nullable=False),
        sa.Column("left_at", sa.Double(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["interactions.id"],
            name="fk_queue_visits_interaction_id_interactions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interaction_id", "ordinal", name="pk_queue_visits"),
    )
    op.create_index("ix_queue_visits_account_id_entered_at", "queue_visits", ["account_id", "entered_at"])
    # Of contacts of before, the record knows the last queue and the whole wait.
    op.execute(
        "INSERT INTO queue_visits (interaction_id, ordinal, account_id, queue, value_class, entered_at, left_at,"
        " result)"
        " SELECT id, 1, account_id, queue, COALESCE(value_class, ''), queued_at, COALESCE(connected_at, ended_at),"
        " CASE WHEN connected_at IS NOT NULL THEN 'answered' WHEN ended_at IS NULL THEN NULL"
        " WHEN outcome = 'abandoned' THEN 'abandoned' ELSE 'cut' END"
        " FROM interactions WHERE queued_at IS NOT NULL AND queue IS NOT NULL"
    )
    op.create_table(
        "agent_statuses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_agent_statuses_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_agent_statuses"),
    )
    op.create_index("ix_agent_statuses_account_id_agent_at", "agent_statuses", ["account_id", "agent", "at"])
    op.create_table(
        "figure_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("from_at", sa.Double(), nullable=False),
        sa.Column("until_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_figure_looks_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_figure_looks"),
    )
    op.create_index("ix_figure_looks_account_id_agent_at", "figure_looks", ["account_id", "agent", "at"])
    op.create_table(
        "forecast_intervals",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("calls", sa.Double(), nullable=False),
        sa.Column("handle_seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_forecast_intervals_account_id_accounts"
        ),
        sa.PrimaryKeyConstraint("account_id", "queue", "begins_at", name="pk_forecast_intervals"),
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_at", sa.Double(), nullable=False),
        sa.Column("until_at", sa.Double(), nullable=False),
        sa.CheckConstraint("kind IN ('work', 'break')", name="ck_shifts_kind"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_shifts_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_index("ix_shifts_account_id_from_at", "shifts", ["account_id", "from_at"])
