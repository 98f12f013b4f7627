"""What flows need of the store: secrets of callers, guesses, traffic."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    pass
