"""The last calls of a campaign, found without reading all of them."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_index("ix_dial_attempts_campaign_id_ended_at", "dial_attempts", ["campaign_id", "ended_at"])
