"""The recording of the talk in hand: begun on demand, paused, resumed. A program that takes payments may do so too.

And the disk that all of them are on.
"""

import msgspec

from agent_console.api_desk import Accepted, ask_for
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import recordings
from ctiserver.process import folders


class RecordingPauseAsked(msgspec.Struct, kw_only=True):
    """`reason`: card_data, customer_asked or personal. It lasts for five minutes at most; asked again, from then on."""

    reason: str = "card_data"
    request_id: str | None = None


class DiskTold(msgspec.Struct, kw_only=True):
    """`bytes_a_day`: what recordings add; `days`: so long the disk lasts for them, None: they add nothing."""

    free_bytes: int
    kept_bytes: int
    bytes_a_day: float
    days: float | None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "POST",
        "/agents/{agent}/recording",
        Permission.OWN_DESK,
        "Record my talk, where its queue lets me choose",
    )
    def start_recording(call: Call, agent: str) -> Accepted:
        return ask_for(call, "StartRecordingNow", {"agent": agent}, None)

    @add("POST", "/agents/{agent}/recording/pause", None, "Silence in the recording of a talk, from now on")
    def pause_recording(call: Call, agent: str, body: RecordingPauseAsked) -> Accepted:
        return ask_for(call, "PauseRecording", {"agent": agent, "reason": body.reason}, body.request_id)

    @add("GET", "/recordings/disk", Permission.WALLBOARD, "What recordings take, and how long the disk lasts")
    def recordings_disk(call: Call) -> DiskTold:
        services = call.services
        found = services.store.read(recordings.disk, services.now())
        free = folders.free_bytes(services.config)
        return DiskTold(
            free_bytes=free,
            kept_bytes=found.size_bytes,
            bytes_a_day=found.bytes_a_day,
            days=free / found.bytes_a_day if found.bytes_a_day else None,
        )

    @add("POST", "/agents/{agent}/recording/resume", None, "The recording hears the talk again")
    def resume_recording(call: Call, agent: str) -> Accepted:
        return ask_for(call, "ResumeRecording", {"agent": agent}, None)
