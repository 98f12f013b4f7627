"""One contact as it was: the caller's way, waits, offers and why they were made, talks with their recordings.

A recording is heard in pieces as the browser asks for them; who heard it stands in the audit. An agent hears his own:
his talks, and the consults in which he asked or was asked.
"""

from collections.abc import Callable
from typing import Any

from flask import send_file
from werkzeug.wrappers import Response

from agent_console.contact_answers import ContactTold, ListenerTold, NamesTold, contact_of
from agent_console.flow_titles import flow_titles
from agent_console.listing import number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import contact_names, customer_audit, interactions, recordings
from crm_core.audit import AuditRow
from crm_core.interactions import Interaction
from crm_core.recordings import Recording
from ctiserver.core.errors import NotFound
from ctiserver.process import folders

_NONE = -1
"""What is no number names no recording; 0 is that of a message."""


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "GET", "/contacts/{contact}", Permission.READ_INTERACTIONS, "One contact with all that happened in it"
    )
    def contact_whole(call: Call, contact: str) -> ContactTold:
        account = call.principal.account_id

        def read(session: Any) -> ContactTold:
            found = interactions.contact(session, account, contact)
            may_audit = Permission.READ_AUDIT in call.principal.permissions
            told = contact_of(
                found,
                recordings.of_contact(session, account, contact),
                recordings.pauses(session, account, contact),
            )
            if may_audit:
                told.listeners = [
                    _listener(one, contact) for one in customer_audit.listeners(session, account, contact)
                ]
            told.names = _names(session, account, found, told, titles)
            for one in told.segments:
                one.disposition_label = contact_names.result(session, account, one.queue, one.disposition)
            return told

        titles = flow_titles(call)
        return call.services.store.read(read)

    @add(
        "GET",
        "/contacts/{contact}/recordings/{segment}",
        Permission.HEAR_RECORDINGS,
        "The recording of one talk",
    )
    def recording(call: Call, contact: str, segment: str) -> Any:
        return _sound(call, contact, segment)

    @add(
        "GET", "/me/contacts/{contact}/recordings/{segment}", Permission.OWN_DESK, "The recording of my talk"
    )
    def my_recording(call: Call, contact: str, segment: str) -> Any:
        return _sound(call, contact, segment, of=call.principal.login)

    @add(
        "GET",
        "/contacts/{contact}/consults/{consult}/recording",
        Permission.HEAR_RECORDINGS,
        "The recording of one consult",
    )
    def consult_recording(call: Call, contact: str, consult: str) -> Any:
        return _aside(call, contact, consult)

    @add(
        "GET",
        "/me/contacts/{contact}/consults/{consult}/recording",
        Permission.OWN_DESK,
        "The recording of my consult",
    )
    def my_consult_recording(call: Call, contact: str, consult: str) -> Any:
        return _aside(call, contact, consult, of=call.principal.login)


def _names(
    session: Any, account: int, found: Interaction, told: ContactTold, titles: dict[str, dict[str, str]]
) -> NamesTold:
    heard_by = [one.by for one in told.listeners or ()]
    return NamesTold(
        people=contact_names.people(session, account, [*contact_names.named_in(found), *heard_by]),
        queues=contact_names.queues(session, account),
        flows=titles,
    )


def _listener(row: AuditRow, contact: str) -> ListenerTold:
    """The subject is the contact, the segment and, where it was one, the consult."""
    segment, _, consult = row.subject.removeprefix(f"contact {contact}/").partition("/")
    return ListenerTold(at=row.at, by=row.by, segment=int(segment), consult=int(consult) if consult else None)


def _sound(call: Call, contact: str, segment: str, of: str | None = None) -> Response:
    """The file, or the part of it that is asked for. Raises NotFound, also for a talk that is not `of` this agent."""
    who, now = call.principal, call.services.now()
    number = number_of(segment) or (recordings.MESSAGE if segment == "0" else _NONE)

    def find(session: Any) -> Recording:
        found = recordings.of_segment(session, who.account_id, contact, number)
        whole = interactions.contact(session, who.account_id, contact)
        had = {it.agent for it in whole.segments if number in (recordings.MESSAGE, it.ordinal)}
        if of is not None and of not in had:
            raise NotFound(f"contact {contact} has no talk of yours with this number")
        customer_audit.heard_recording(session, who.account_id, contact, number, by=who.login, at=now)
        return found

    return _file(call, find)


def _aside(call: Call, contact: str, consult: str, of: str | None = None) -> Response:
    """The file, or part of it. Raises NotFound, also for a consult in which `of` neither asked nor was asked."""
    who, now = call.principal, call.services.now()
    number = number_of(consult)

    def find(session: Any) -> Recording:
        found = recordings.of_consult(session, who.account_id, contact, number)
        whole = interactions.contact(session, who.account_id, contact)
        spoke = {one for it in whole.third_parties if it.ordinal == number for one in (it.asked_by, it.agent)}
        if of is not None and of not in spoke:
            raise NotFound(f"contact {contact} has no consult of yours with this number")
        customer_audit.heard_recording(
            session, who.account_id, contact, found.segment, consult=number, by=who.login, at=now
        )
        return found

    return _file(call, find)


def _file(call: Call, find: Callable[[Any], Recording]) -> Response:
    """What `find` finds and writes into the audit. Raises NotFound."""
    config = call.services.config
    found = call.services.store.write(find)
    kept = folders.kept_recording(config, found.name)
    written = folders.recordings_dir(config) / f"{found.name}.wav"
    file, content_type = (kept, "audio/ogg") if kept.exists() else (written, "audio/wav")
    if not file.is_file():
        raise NotFound("the file of this recording is gone")
    answer = send_file(file.absolute(), mimetype=content_type, conditional=True, etag=found.sha256 or False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
