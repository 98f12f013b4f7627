"""A customer's files. The body of the upload is the file itself; what it is, its first bytes say."""

from typing import Any

import msgspec
from flask import Response, request

from agent_console.listing import Listing, PageQuery, listing, number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import attachments, customers
from crm_core.attachments import Attachment
from crm_core.customer_audit import changed_customer
from crm_core.provenance import Origin, Source
from ctiserver.process import folders


class UploadQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How the file is called, and where it comes from."""

    name: str
    source: Source = Source.AGENT
    contact_id: str | None = None


class FileRow(msgspec.Struct, kw_only=True):
    """A file; `sha256` names its content."""

    number: int
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    source: str
    by: str
    known_at: float


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "GET",
        "/customers/{customer_id}/attachments",
        Permission.READ_CUSTOMERS,
        "His files, the latest first",
    )
    def list_attachments(call: Call, customer_id: str, query: PageQuery) -> Listing[FileRow]:
        account_id, number, wanted = (
            call.principal.account_id,
            number_of(customer_id),
            msgspec.structs.asdict(query),
        )
        return call.services.store.read(
            lambda session: listing(attachments.attachments_of(session, account_id, number, **wanted), _row)
        )

    @add(
        "POST", "/customers/{customer_id}/attachments", Permission.CHANGE_CUSTOMERS, "Keep a file (the body)"
    )
    def attach(call: Call, customer_id: str, query: UploadQuery) -> FileRow:
        if (request.content_length or 0) > attachments.LARGEST_BYTES:
            raise attachments.too_large()
        request.max_content_length = attachments.LARGEST_BYTES
        content, who, now = request.get_data(), call.principal, call.services.now()
        told = Origin(source=query.source, by=who.login, contact_id=query.contact_id)

        def change(session: Any) -> FileRow:
            owner = customers.customer(session, who.account_id, number_of(customer_id))
            kept = attachments.attach(
                session, _folder(call), owner.account_id, owner.id, query.name, content, origin=told, now=now
            )
            _note(call, session, kept, "attach file")
            return _row(kept)

        return call.services.store.write(change)

    @add("GET", "/customers/{customer_id}/attachments/{number}", Permission.READ_CUSTOMERS, "The file itself")
    def download(call: Call, customer_id: str, number: str) -> Any:
        account_id = call.principal.account_id
        found = call.services.store.read(
            attachments.attachment, account_id, number_of(customer_id), number_of(number)
        )
        answer = Response(attachments.content_of(_folder(call), found), content_type=found.content_type)
        answer.headers.set("Content-Disposition", "attachment", filename=found.name)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @add(
        "DELETE",
        "/customers/{customer_id}/attachments/{number}",
        Permission.CHANGE_CUSTOMERS,
        "Remove a file",
    )
    def remove_attachment(call: Call, customer_id: str, number: str) -> FileRow:
        def change(session: Any) -> tuple[Attachment, bool]:
            account_id = call.principal.account_id
            found = attachments.attachment(session, account_id, number_of(customer_id), number_of(number))
            _note(call, session, found, "remove file")
            return found, attachments.remove(session, found)

        found, alone = call.services.store.write(change)
        if alone:
            attachments.drop_file(_folder(call), found)
        return _row(found)


def _folder(call: Call) -> Any:
    return folders.attachments_dir(call.services.config)


def _row(found: Attachment) -> FileRow:
    return FileRow(
        number=found.id,
        name=found.name,
        content_type=found.content_type,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
        source=found.source,
        by=found.by,
        known_at=found.known_at,
    )


def _note(call: Call, session: Any, found: Attachment, action: str) -> None:
    changed_customer(
        session,
        found.account_id,
        found.customer_id,
        action,
        by=call.principal.login,
        at=call.services.now(),
        after={"name": found.name, "sha256": found.sha256},
    )
