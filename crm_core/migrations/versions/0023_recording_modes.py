"""Recording on demand, pauses, who spoke; wrap-up."""

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    pass
