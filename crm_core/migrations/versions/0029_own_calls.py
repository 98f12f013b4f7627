"""Calls an agent makes himself."""

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Nothing yet."""
