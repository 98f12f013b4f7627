"""Scripts: what agents read, in versions, and what customers answered."""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    pass
