"""Announcements: prepared once, switched on and off with one press, heard by the very next caller."""

from typing import Any

import msgspec

from agent_console.api_administration import apply
from agent_console.listing import number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import announcements
from crm_core.announcements import Announcement

NEED = Permission.ANNOUNCE


class AnnouncementForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What it says (a `prompt` of ours, a `text`, or as `sound` the key of a recording: one of them), to whom and when.

    `queues`, `areas` []: any; `from_at`, `until_at` in epoch seconds, None: without that end.
    """

    name: str
    prompt: str | None = None
    text: str | None = None
    sound: str | None = None
    queues: list[str] = []
    areas: list[str] = []
    from_at: float | None = None
    until_at: float | None = None


class AnnouncementOf(AnnouncementForm, kw_only=True):
    """`has_sound`: a text was spoken already, callers can hear it; `told`, `queued`: how many contacts heard it since
    it was switched, and how many of those went on to an agent's queue. `in_force`: callers hear what was changed just
    now; else `problem` says why not yet."""

    id: int
    switched_on: bool
    switched_at: float | None
    switched_by: str | None
    has_sound: bool
    told: int
    queued: int
    in_force: bool = True
    problem: str = ""
    problem_id: str = ""


class AnnouncementSwitch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whether callers are told from now on."""

    on: bool


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/announcements", NEED, "What callers can be told before anything else, by name")
    def announcement_list(call: Call) -> list[AnnouncementOf]:
        def read(session: Any, account_id: int) -> list[AnnouncementOf]:
            counts = announcements.hearings(session, account_id)
            rows = announcements.of_account(session, account_id)
            return [_whole(session, row, counts.get(row.id, (0, 0))) for row in rows]

        return call.services.store.read(read, call.principal.account_id)

    @add("POST", "/announcements", NEED, "Prepare an announcement; it is switched off")
    def add_announcement(call: Call, body: AnnouncementForm) -> AnnouncementOf:
        return _changed(call, announcements.add, **msgspec.structs.asdict(body))

    @add("PUT", "/announcements/{announcement}", NEED, "Change what an announcement says, to whom and when")
    def change_announcement(call: Call, announcement: str, body: AnnouncementForm) -> AnnouncementOf:
        written = msgspec.structs.asdict(body)
        return _changed(call, announcements.change, number_of(announcement), **written)

    @add("PUT", "/announcements/{announcement}/switch", NEED, "Tell the next caller of it, or no more")
    def switch_announcement(call: Call, announcement: str, body: AnnouncementSwitch) -> AnnouncementOf:
        return _changed(call, announcements.switch, number_of(announcement), on=body.on)

    @add("DELETE", "/announcements/{announcement}", NEED, "Take an announcement away")
    def remove_announcement(call: Call, announcement: str) -> None:
        call.write(announcements.take_away, number_of(announcement))
        apply(call)


def _changed(call: Call, change: Any, *what: Any, **more: Any) -> AnnouncementOf:
    def written(session: Any, account_id: int, *what: Any, **more: Any) -> AnnouncementOf:
        row = change(session, account_id, *what, **more)
        return _whole(session, row, announcements.hearings(session, account_id).get(row.id, (0, 0)))

    answer: AnnouncementOf = call.write(written, *what, **more)
    applied = apply(call)
    return msgspec.structs.replace(answer, **msgspec.structs.asdict(applied))


def _whole(session: Any, row: Announcement, counts: tuple[int, int]) -> AnnouncementOf:
    written = {field.name for field in msgspec.structs.fields(AnnouncementForm)}
    names = written | {"id", "switched_on", "switched_at", "switched_by"}
    told, queued = counts
    return AnnouncementOf(
        **{name: getattr(row, name) for name in names},
        has_sound=announcements.has_sound(session, row),
        told=told,
        queued=queued,
    )
