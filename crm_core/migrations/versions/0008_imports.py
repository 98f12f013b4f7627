"""Imports, duplicates and search."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Filled with the tables of the release."""
