"""Imports, duplicates and merges."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("customers", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.create_table(
        "merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("moved", _JSON, nullable=False),
        sa.Column("filled", _JSON, nullable=False),
        sa.Column("undone_at", sa.Double(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_merges"),
    )
    op.create_index("ix_merges_account_id_kept_id", "merges", ["account_id", "kept_id"])
    op.create_index("ix_merges_account_id_merged_id", "merges", ["account_id", "merged_id"])
    op.create_table(
        "duplicate_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("found_at", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("merge_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("one_id < other_id", name="ck_duplicate_pairs_order"),
        sa.CheckConstraint("state IN ('open', 'merged', 'different')", name="ck_duplicate_pairs_state"),
        *(
            sa.ForeignKeyConstraint(
                ["account_id", one],
                ["customers.account_id", "customers.id"],
                name=f"fk_duplicate_pairs_account_id_{one}_customers",
                ondelete="CASCADE",
            )
            for one in ("one_id", "other_id")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_duplicate_pairs"),
        sa.UniqueConstraint(
            "account_id", "one_id", "other_id", name="uq_duplicate_pairs_account_id_one_id_other_id"
        ),
    )
    op.create_index(
        "ix_duplicate_pairs_account_id_state_weight", "duplicate_pairs", ["account_id", "state", "weight"]
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.Text(), nullable=False),
        sa.Column("columns", _JSON, nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("delimiter", sa.Text(), nullable=False),
        sa.Column("mapping", _JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        *(
            sa.Column(count, sa.Integer(), nullable=False)
            for count in ("lines", "last_line", "created", "changed", "same", "rejected", "kept")
        ),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('uploaded', 'running', 'done', 'failed', 'undoing', 'undone')", name="ck_imports_state"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_imports_account_id_accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_account_id_made_at", "imports", ["account_id", "made_at"])
    op.create_index("ix_imports_state", "imports", ["state"])
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.Double(), nullable=True),
        sa.Column("before", _JSON, nullable=False),
        sa.Column("cells", _JSON, nullable=False),
        sa.Column("reasons", _JSON, nullable=False),
        sa.CheckConstraint(
            "state IN ('created', 'changed', 'same', 'rejected')", name="ck_import_rows_state"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_import_rows_import_id_imports", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name="pk_import_rows"),
    )
