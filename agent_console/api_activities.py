"""Activities: calendars of tasks, calls, visits and appointments, and their reminders."""

from typing import Any

import msgspec
from flask import Response
from msgspec import UNSET, UnsetType

from agent_console.api_cases import number_of
from agent_console.calendar_file import calendar_file
from agent_console.operations import Call, Operations
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from agent_console.shaped import shaped
from crm_core import activities
from crm_core.activities import Activity


class ActivityOf(msgspec.Struct, kw_only=True):
    """One thing to do; over when `done_at` or `cancelled_at` is set."""

    id: int
    version: int
    kind: str
    subject: str
    notes: str
    place: str
    customer_id: int | None
    customer: str | None
    case_id: int | None
    owner: str
    due_at: float
    ends_at: float | None
    remind_at: float | None
    done_at: float | None
    cancelled_at: float | None
    result: str


class ActivityPage(msgspec.Struct, kw_only=True):
    """Some activities by due time; `next`: cursor of the next page, None: there is none."""

    items: list[ActivityOf]
    next: str | None


class ActivityQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which activities; `owner` None: everybody's in my company."""

    owner: str | None = None
    customer_id: int | None = None
    case_id: int | None = None
    only_open: bool = False
    from_at: float | None = None
    until_at: float | None = None
    cursor: str | None = None
    limit: int = 100


class NewActivity(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`owner` None: mine; `due_at`: when it begins or must be done."""

    kind: str
    subject: str
    due_at: float
    owner: str | None = None
    ends_at: float | None = None
    remind_at: float | None = None
    notes: str = ""
    place: str = ""
    customer_id: int | None = None
    case_id: int | None = None


class ActivityChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    kind: str | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    due_at: float | UnsetType = UNSET
    owner: str | UnsetType = UNSET
    ends_at: float | UnsetType | None = UNSET
    remind_at: float | UnsetType | None = UNSET
    notes: str | UnsetType = UNSET
    place: str | UnsetType = UNSET
    customer_id: int | UnsetType | None = UNSET
    case_id: int | UnsetType | None = UNSET


class Finish(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How it ended; `cancelled`: it will not be done."""

    result: str = ""
    cancelled: bool = False


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/activities", Permission.ACTIVITIES, "Activities by due time")
    def list_activities(call: Call, query: ActivityQuery) -> ActivityPage:
        account_id, wanted = call.principal.account_id, msgspec.structs.asdict(query)

        def read(session: Any) -> ActivityPage:
            found = activities.activities(session, account_id, **wanted)
            return ActivityPage(items=[activity_of(row) for row in found.rows], next=found.next)

        return call.services.store.read(read)

    @add("POST", "/activities", Permission.ACTIVITIES, "Plan an activity")
    def add_activity(call: Call, body: NewActivity) -> ActivityOf:
        who, fields = call.principal, msgspec.structs.asdict(body)
        fields["owner"] = fields["owner"] or who.login
        return _change(call, activities.add_activity, by=who.login, **fields)

    @add("GET", "/activities/{activity_id}", Permission.ACTIVITIES, "One activity")
    def activity(call: Call, activity_id: str) -> ActivityOf:
        account_id, number = call.principal.account_id, number_of(activity_id)
        return call.services.store.read(
            lambda session: activity_of(activities.activity(session, account_id, number))
        )

    @add("PATCH", "/activities/{activity_id}", Permission.ACTIVITIES, "Change or move an activity")
    def change_activity(call: Call, activity_id: str, body: ActivityChange) -> ActivityOf:
        given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
        number, version = number_of(activity_id), expected_version()
        return _change(
            call, activities.change_activity, activity_id=number, expected_version=version, **given
        )

    @add("POST", "/activities/{activity_id}/end", Permission.ACTIVITIES, "It is done, or will not be done")
    def end_activity(call: Call, activity_id: str, body: Finish) -> ActivityOf:
        number = number_of(activity_id)
        return _change(
            call, activities.finish, activity_id=number, result=body.result, cancelled=body.cancelled
        )

    @add("GET", "/me/reminders", Permission.ACTIVITIES, "What I was reminded of and have not dismissed")
    def my_reminders(call: Call) -> list[ActivityOf]:
        who = call.principal
        return call.services.store.read(
            lambda session: [
                activity_of(row) for row in activities.reminders(session, who.account_id, who.login)
            ]
        )

    @add("POST", "/activities/{activity_id}/dismissal", Permission.ACTIVITIES, "Remind me no more of this")
    def dismiss_reminder(call: Call, activity_id: str) -> dict[str, Any]:
        account_id, number = call.principal.account_id, number_of(activity_id)
        call.services.store.write(activities.dismiss, account_id, number, now=call.services.now())
        return {}

    @add("GET", "/me/calendar.ics", Permission.ACTIVITIES, "My open activities as iCalendar (RFC 5545)")
    def my_calendar(call: Call) -> Any:
        who, services = call.principal, call.services
        rows = services.store.read(
            lambda session: [
                activity_of(row)
                for row in activities.activities(
                    session, who.account_id, owner=who.login, only_open=True, limit=200
                ).rows
            ]
        )
        text = calendar_file(rows, installation=services.config.installation.name, now=services.now())
        return Response(text, content_type="text/calendar; charset=utf-8")


def activity_of(row: Activity) -> ActivityOf:
    """The activity as an answer."""
    return shaped(ActivityOf, row, customer=row.customer.display_name if row.customer else None)


def _change(call: Call, work: Any, **fields: Any) -> ActivityOf:
    account_id, now = call.principal.account_id, call.services.now()
    return call.services.store.write(
        lambda session: activity_of(work(session, account_id, now=now, **fields))
    )
