"""Figures, forecasts and shifts."""

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    pass
