"""Permission to contact."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Filled with the tables of the release."""
