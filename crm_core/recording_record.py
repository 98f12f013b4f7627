"""What recordings add to the record of their contact: which file, who spoke when, and while the two were apart."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from crm_core import recordings
from crm_core.interactions import Interaction, Segment
from ctiserver.core import events as e


def _started(event: e.RecordingStarted, interaction: Interaction, session: Session) -> None:
    for segment in interaction.segments:
        if segment.ordinal == event.segment:
            segment.recording = event.recording
            segment.voices = {"begun_at": event.at}


def _voices(event: e.VoicesNoted, interaction: Interaction, session: Session) -> None:
    for segment in interaction.segments:
        if segment.recording == event.recording:
            known = segment.voices or {}
            segment.voices = known | {
                "caller": [*known.get("caller", ()), *map(list, event.caller)],
                "agent": [*known.get("agent", ()), *map(list, event.agent)],
            }


def _apart(event: e.ContactHeld | e.ConsultStarted, interaction: Interaction, session: Session) -> None:
    for segment, heard in _recorded_now(interaction):
        apart = heard.get("apart", [])
        if not apart or apart[-1][1] is not None:  # who consults may have held him before
            segment.voices = heard | {"apart": [*apart, [round(event.at - heard["begun_at"], 1), None]]}


def _together(event: e.ContactResumed, interaction: Interaction, session: Session) -> None:
    for segment, heard in _recorded_now(interaction):
        apart = heard.get("apart", [[0.0, None]])  # he was on hold when it was begun by hand
        if apart[-1][1] is None:
            closed = [apart[-1][0], round(event.at - heard["begun_at"], 1)]
            segment.voices = heard | {"apart": [*apart[:-1], closed]}


def _recorded_now(interaction: Interaction) -> Iterator[tuple[Segment, dict[str, Any]]]:
    """The segments whose talk goes on and is recorded, with what is known of who spoke."""
    for segment in interaction.segments:
        if segment.ended_at is None and segment.voices and "begun_at" in segment.voices:
            yield segment, segment.voices


def _paused(event: e.RecordingPaused, interaction: Interaction, session: Session) -> None:
    recordings.paused(session, interaction, event)


def _resumed(event: e.RecordingResumed, interaction: Interaction, session: Session) -> None:
    recordings.resumed(session, interaction, event)


def _kept(event: e.RecordingKept, interaction: Interaction, session: Session) -> None:
    for segment in interaction.segments:
        if segment.recording == event.recording:
            segment.recording_seconds = event.seconds
            recordings.recorded(session, interaction, segment, event.seconds)
    for party in interaction.third_parties:
        if party.recording == event.recording:
            recordings.consult_recorded(session, interaction, party, event.seconds)


def _lost(event: e.RecordingLost, interaction: Interaction, session: Session) -> None:
    for segment in interaction.segments:
        if segment.recording == event.recording:
            segment.recording_error = event.reason


def _placed(event: e.MessagePlaced, interaction: Interaction, session: Session) -> None:
    interaction.voicemail, interaction.voicemail_seconds = event.recording, event.seconds
    recordings.left(session, interaction, event)


STEPS = (_placed, _started, _voices, _apart, _together, _paused, _resumed, _kept, _lost)
"""What each event adds to the record of its contact (`crm_core.interaction_record`)."""
