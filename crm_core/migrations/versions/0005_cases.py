"""Cases, activities, webhooks."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Filled with the tables of the release."""
