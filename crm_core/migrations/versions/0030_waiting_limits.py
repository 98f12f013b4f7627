"""How long and how many may wait, and messages left from a queue."""

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Nothing yet."""
