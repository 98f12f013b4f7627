"""What administrators change: reasons, opening hours, flows; what is retired instead of deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _reasons()
    _hours()
    _flows()
    for table in ("queues", "dispositions"):
        op.add_column(table, sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("skills", sa.Column("account_id", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("users", sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false()))
    _desk()


def _reasons() -> None:
    op.create_table(
        "contact_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("label_es", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("guessed_by", _JSON, nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_contact_reasons_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["contact_reasons.id"], name="fk_contact_reasons_parent_id_contact_reasons"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_reasons"),
        sa.UniqueConstraint("account_id", "key", name="uq_contact_reasons_account_id_key"),
    )
    op.create_table(
        "pause_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label_es", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_pause_reasons_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_pause_reasons"),
        sa.UniqueConstraint("account_id", "key", name="uq_pause_reasons_account_id_key"),
    )


def _hours() -> None:
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("week", _JSON, nullable=False),
        sa.Column("holidays_of", sa.Text(), nullable=True),
        sa.Column("days", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_opening_hours_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_opening_hours"),
        sa.UniqueConstraint("account_id", "key", name="uq_opening_hours_account_id_key"),
    )
    # Written out: with a constraint of its own a new column is a copy of the whole table in SQLite.
    op.execute(
        "ALTER TABLE queues ADD COLUMN hours_id INTEGER "
        "CONSTRAINT fk_queues_hours_id_opening_hours REFERENCES opening_hours (id)"
    )


def _flows() -> None:
    op.create_table(
        "flow_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_flow_versions_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_flow_versions"),
    )
    op.create_index("uq_flow_versions_name_number", "flow_versions", ["name", "number"], unique=True)
    op.create_table(
        "flows_in_force",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_flows_in_force_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["flow_versions.id"], name="fk_flows_in_force_version_id_flow_versions"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_flows_in_force"),
    )


def _desk() -> None:
    """What agents say of a contact."""
    for column in ("attached_by", "contact_reason", "call_back_result"):
        op.add_column("interactions", sa.Column(column, sa.Text(), nullable=True))
    op.add_column("interactions", sa.Column("call_back_at", sa.Double(), nullable=True))
    op.add_column(
        "dispositions", sa.Column("asks_call_back", sa.Boolean(), nullable=False, server_default=sa.false())
    )
