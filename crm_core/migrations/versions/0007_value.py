"""Value and offers."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Filled with the tables of the release."""
