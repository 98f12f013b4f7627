"""What left messages add to the record of the call in which they were left: begun, left, or lost by a fault of ours."""

from sqlalchemy.orm import Session

from crm_core.interactions import Interaction
from ctiserver.core import events as e


def _for_nobody(event: e.VoicemailLeft, interaction: Interaction, session: Session) -> None:
    interaction.voicemail, interaction.voicemail_seconds = event.recording, event.seconds


def _begun(event: e.MessageBegun, interaction: Interaction, session: Session) -> None:
    if interaction.outcome != "message_lost":  # that one stays lost, whether or not he speaks again
        interaction.outcome = "no_message"  # until one is left, which may be after he has gone


def _left(event: e.MessageLeft, interaction: Interaction, session: Session) -> None:
    if interaction.outcome == "message_lost":  # the second one is there: it is what he is called back for
        interaction.to_call_back = interaction.call_back_at is not None
    interaction.outcome = "message"


def _lost(event: e.MessageLost, interaction: Interaction, session: Session) -> None:
    if event.queue is None and _waits(interaction):
        return  # he went on to wait for an agent, who hears of it from him
    if interaction.outcome != "answered":  # told before his call ends, or after it
        interaction.outcome = "message_lost"
    interaction.to_call_back = interaction.ended_at is not None  # our fault: he is called back


def _waits(interaction: Interaction) -> bool:
    """Whether he waits in a queue, or did until his call ended."""
    last = interaction.visits[-1] if interaction.visits else None
    return last is not None and (last.left_at is None or last.left_at == interaction.ended_at)


STEPS = (_for_nobody, _begun, _left, _lost)
"""What each event adds to the record of its contact (`crm_core.interaction_record`)."""
