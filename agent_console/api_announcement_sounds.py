"""A company's own recordings for announcements. The upload's body is the file; its first bytes say what it is.

It is turned into telephone sound before it is kept, so that what is listened to on the page is what callers will hear.
"""

from pathlib import Path
from typing import Any

import msgspec
from flask import Response, request

from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import announcement_sounds, announcement_uses
from crm_core.announcement_sounds import AnnouncementSound
from ctiserver.process import folders

NEED = Permission.ANNOUNCE
CONTENT_TYPE = "audio/wav"


class SoundQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How the recording is called on the page."""

    name: str


class SoundRow(msgspec.Struct, kw_only=True):
    """A recording; `key` is what an announcement's `sound` names, `used_by` the announcements that say it."""

    key: str
    name: str
    seconds: float
    added_at: float
    added_by: str
    used_by: list[str]


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/announcement-sounds", NEED, "Recordings of one's own for announcements, the latest first")
    def announcement_sound_list(call: Call) -> list[SoundRow]:
        def read(session: Any, account_id: int) -> list[SoundRow]:
            users = announcement_uses.used_by(session, account_id)
            rows = announcement_sounds.sounds_of(session, account_id)
            return [_row(row, users.get(row.key, [])) for row in rows]

        return call.services.store.read(read, call.principal.account_id)

    @add(
        "POST",
        "/announcement-sounds",
        NEED,
        "Bring a recording (the body: WAV, MP3, OGG or Opus, at most 2 minutes and 5 MB)",
    )
    def add_announcement_sound(call: Call, query: SoundQuery) -> SoundRow:
        # Only here: the console would take longer to start.
        from crm_core.telephone_sound import LARGEST_BYTES, telephone_sound, too_large

        if (request.content_length or 0) > LARGEST_BYTES:
            raise too_large()
        request.max_content_length = LARGEST_BYTES
        made, folder = telephone_sound(request.get_data()), _folder(call)

        def keep(session: Any, account_id: int, *, by: str, now: float) -> SoundRow:
            made_of = (query.name, made.wav, made.seconds)
            return _row(announcement_sounds.add(session, folder, account_id, *made_of, by=by, now=now), [])

        return call.write(keep)

    @add("GET", "/announcement-sounds/{key}", NEED, "The recording as callers hear it")
    def announcement_sound(call: Call, key: str) -> Any:
        row = call.services.store.read(announcement_sounds.sound, call.principal.account_id, key)
        answer = Response(announcement_sounds.content_of(_folder(call), row), content_type=CONTENT_TYPE)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @add("DELETE", "/announcement-sounds/{key}", NEED, "Remove a recording that no announcement says")
    def remove_announcement_sound(call: Call, key: str) -> None:
        call.write(announcement_uses.remove, key)
        announcement_sounds.drop_file(_folder(call), call.principal.account_id, key)


def _folder(call: Call) -> Path:
    return folders.announcements_dir(call.services.config)


def _row(row: AnnouncementSound, users: list[str]) -> SoundRow:
    written = {name: getattr(row, name) for name in ("key", "name", "seconds", "added_at", "added_by")}
    return SoundRow(**written, used_by=users)
