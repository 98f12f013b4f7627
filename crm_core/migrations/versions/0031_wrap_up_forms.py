"""What an agent fills in before a wrap-up ends."""

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Nothing yet."""
