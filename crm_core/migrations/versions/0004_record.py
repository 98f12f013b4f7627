"""The record of a customer."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Filled with the tables of the release."""
