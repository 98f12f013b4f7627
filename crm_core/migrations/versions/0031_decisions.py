"""Two causes more in the ledger of inversions: named for another agent, and let ring by this one."""

from alembic import op

revision = "0031"
down_revision = "0030"

_CAUSES = (
    "cause IN ('emergency', 'ringing', 'call_back_held', 'left_free', 'named_for_another', 'unanswered', 'pause',"
    " 'skill', 'ceiling', 'named', 'preference', 'score', 'unjustified')"
)


def upgrade() -> None:
    """SQLite cannot change what a column may hold: there the table is made anew.

    The check was named twice over when the table was made.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE inversions DROP CONSTRAINT ck_inversions_ck_inversions_cause")
        op.execute(f"ALTER TABLE inversions ADD CONSTRAINT ck_inversions_cause CHECK ({_CAUSES})")
        return
    op.execute("ALTER TABLE inversions RENAME TO inversions_before")
    op.execute("DROP INDEX ix_inversions_account_id_chosen_at")
    op.execute("DROP INDEX ix_inversions_waited_id")
    op.execute(f"""
        CREATE TABLE inversions (
            served_id TEXT NOT NULL,
            waited_id TEXT NOT NULL,
            chosen_at DOUBLE NOT NULL,
            account_id INTEGER NOT NULL,
            queue TEXT NOT NULL,
            agent TEXT NOT NULL,
            cause TEXT NOT NULL,
            first BOOLEAN NOT NULL,
            CONSTRAINT ck_inversions_cause CHECK ({_CAUSES}),
            CONSTRAINT fk_inversions_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id),
            CONSTRAINT fk_inversions_served_id_interactions
                FOREIGN KEY(served_id) REFERENCES interactions (id) ON DELETE CASCADE,
            CONSTRAINT fk_inversions_waited_id_interactions
                FOREIGN KEY(waited_id) REFERENCES interactions (id) ON DELETE CASCADE,
            CONSTRAINT pk_inversions PRIMARY KEY (served_id, waited_id, chosen_at)
        )""")
    op.execute("INSERT INTO inversions SELECT * FROM inversions_before")
    op.execute("DROP TABLE inversions_before")
    op.create_index("ix_inversions_account_id_chosen_at", "inversions", ["account_id", "chosen_at"])
    op.create_index("ix_inversions_waited_id", "inversions", ["waited_id"])
