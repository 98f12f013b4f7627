"""What dispositions bring about, and what campaigns learn of their lists."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    pass
