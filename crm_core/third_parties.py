"""Who else was called in a contact: consulted, taken into the talk, or spoken with when the agent had left.

A colleague who talks with the customer has a segment of his own from then on, and his part here is over; a number
outside has none, and its part goes on here to its end.
"""

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from ctiserver.core import events as e

if TYPE_CHECKING:
    from crm_core.interactions import Interaction


class ThirdParty(Base):
    """`agent` None: a number outside. `heard_at`: from when on the customer heard him; None: never.

    `outcome`: returned, completed, merged, failed (with a reason), hung_up, removed, lost, caller_left or agent_left;
    None: not over.
    """

    __tablename__ = "third_parties"

    interaction_id: Mapped[str] = mapped_column(
        ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    asked_by: Mapped[str]
    agent: Mapped[str | None]
    number: Mapped[str] = mapped_column(default="", server_default=text("''"))
    called_at: Mapped[EpochSeconds]
    answered_at: Mapped[EpochSeconds | None]
    heard_at: Mapped[EpochSeconds | None]
    ended_at: Mapped[EpochSeconds | None]
    outcome: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="", server_default=text("''"))
    recording: Mapped[str | None]
    """Of what the agent and he said to each other, by its name in the switch; None: there is none."""

    @property
    def consult_seconds(self) -> float:
        """How long he talked with the agent alone, the customer on hold; as far as is known."""
        end = self.heard_at or self.ended_at
        return 0.0 if self.answered_at is None or end is None else end - self.answered_at


def record(interaction: "Interaction", event: e.ContactEvent) -> None:
    """What an event adds to the parts of third parties; most add nothing."""
    match event:
        case e.ConsultStarted():
            _called(interaction, event.agent, event.to, event.pii_number, event.at)
        case e.TransferStarted(to=""):
            _called(interaction, event.agent, None, event.pii_number, event.at)
        case e.ContactEvent():
            if party := _last_open(interaction):
                _goes_on(party, event)


def _called(interaction: "Interaction", asked_by: str, agent: str | None, number: str, at: float) -> None:
    interaction.third_parties.append(
        ThirdParty(
            ordinal=len(interaction.third_parties) + 1,
            account_id=interaction.account_id,
            asked_by=asked_by,
            agent=agent,
            number=number,
            called_at=at,
        )
    )


def _last_open(interaction: "Interaction") -> ThirdParty | None:
    last = interaction.third_parties[-1] if interaction.third_parties else None
    return last if last is not None and last.ended_at is None else None


def _goes_on(party: ThirdParty, event: e.ContactEvent) -> None:
    match event:
        case e.ConsultAnswered():
            party.answered_at, party.recording = event.at, event.recording
        case e.TransferCompleted(kind="blind", to=""):
            party.answered_at = party.heard_at = event.at
        case e.ConsultEnded(outcome="merged" | "completed"):
            party.heard_at = event.at
            if party.agent:
                _over(party, event.at, event.outcome)
        case e.ConsultEnded():
            _over(party, event.at, event.outcome, event.reason)
        case e.TransferFailed(to=""):
            _over(party, event.at, "failed", event.reason)
        case e.PartyLeft(to=None):
            _over(party, event.at, event.outcome)
        case _:
            pass


def _over(party: ThirdParty, at: float, outcome: str, reason: str = "") -> None:
    party.ended_at, party.outcome, party.reason = at, outcome, reason
