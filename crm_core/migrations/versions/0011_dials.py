"""Scheduled dials, one at a time, and what surveys answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_STATES = (
    "state IN ('planned', 'claimed', 'ringing', 'answered', 'done', 'no_answer', 'busy', 'failed', "
    "'refused', 'cancelled', 'unknown')"
)


def upgrade() -> None:
    _dials()
    _attempts()
    _surveys()


def _dials() -> None:
    op.create_table(
        "dials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("number", "purpose", "about_kind", "about_key", "flow", "survey", "language")
        ),
        sa.Column("values", _JSON, nullable=False),
        sa.Column("technician", sa.Text(), nullable=True),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("not_before", "not_after", "next_at")
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempts_at_most", sa.Integer(), nullable=False),
        sa.Column("afterwards", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("attempt", "result", "decided_by", "refused_rule")
        ),
        sa.Column("refused_until", sa.Double(), nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.CheckConstraint(_STATES, name="ck_dials_state"),
        sa.CheckConstraint("afterwards IN ('email', 'nothing')", name="ck_dials_afterwards"),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name="fk_dials_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dials"),
        sa.UniqueConstraint(
            "account_id", "about_kind", "about_key", name="uq_dials_account_id_about_kind_about_key"
        ),
    )
    op.create_index("ix_dials_account_id_customer_id_made_at", "dials", ["account_id", "customer_id", "made_at"])
    op.create_index("ix_dials_account_id_made_at", "dials", ["account_id", "made_at"])
    op.create_index("ix_dials_due", "dials", ["next_at"], **_where("state = 'planned'"))


def _attempts() -> None:
    op.create_table(
        "dial_attempts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("dial_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("permit_id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.Double(), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ("ringing_at", "answered_at", "ended_at")
        ),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("sip_code", sa.Integer(), nullable=False),
        sa.Column("q850", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dial_id"], ["dials.id"], name="fk_dial_attempts_dial_id_dials", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dial_attempts"),
        sa.UniqueConstraint("dial_id", "ordinal", name="uq_dial_attempts_dial_id_ordinal"),
    )
    op.create_index("ix_dial_attempts_claim", "dial_attempts", ["claim"])
    op.create_index("ix_dial_attempts_under_way", "dial_attempts", ["owner"], **_where("ended_at IS NULL"))


def _surveys() -> None:
    of_interactions: tuple[sa.Column[Any], ...] = (
        sa.Column("dial_id", sa.Integer(), nullable=True),
        sa.Column("survey_offered_at", sa.Double(), nullable=True),
        sa.Column("survey_accepted", sa.Boolean(), nullable=True),
        sa.Column("survey_begun_at", sa.Double(), nullable=True),
    )
    for of_interaction in of_interactions:
        op.add_column("interactions", of_interaction)
    op.create_index("ix_interactions_dial_id", "interactions", ["dial_id"])
    of_answers: tuple[sa.Column[Any], ...] = (
        sa.Column("kind", sa.Text(), nullable=False, server_default=""),
        sa.Column("measure", sa.Text(), nullable=False, server_default=""),
        sa.Column("recording", sa.Text(), nullable=True),
        sa.Column("recording_seconds", sa.Double(), nullable=True),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
    )
    for of_answer in of_answers:
        op.add_column("survey_answers", of_answer)
    op.add_column("queues", sa.Column("survey_percent", sa.Integer(), nullable=False, server_default="100"))


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
