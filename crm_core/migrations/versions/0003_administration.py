"""What administrators change."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Filled with the tables of the release."""
