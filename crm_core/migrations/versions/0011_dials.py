"""Scheduled dials, one at a time, and what surveys answered."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    pass
